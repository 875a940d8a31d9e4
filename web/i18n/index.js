// The page's language: one dictionary a language, numbers by Intl, plurals by Intl.PluralRules.

import en from './en.js';
import ptBR from './pt-BR.js';

const dictionaries = { 'pt-BR': { ...ptBR }, en: { ...en } };
export const languages = Object.keys(dictionaries);

/** The words of another page, {en: {...}, 'pt-BR': {...}}. */
export function addWords(words) {
  for (const tag of languages) Object.assign(dictionaries[tag], words[tag]);
}

let language = 'en';
let plural = new Intl.PluralRules(language);

/**
 * The first of the reader's languages that the page speaks: any Portuguese is pt-BR; English
 * otherwise.
 */
export function preferredLanguage(wanted) {
  for (const tag of wanted) {
    const base = String(tag).toLowerCase().split('-')[0];
    const found = languages.find((known) => known.toLowerCase().split('-')[0] === base);
    if (found) return found;
  }
  return 'en';
}

export function setLanguage(tag) {
  language = languages.includes(tag) ? tag : 'en';
  plural = new Intl.PluralRules(language);
}

export const currentLanguage = () => language;

export const hasText = (key) => Object.hasOwn(dictionaries[language], key);

/**
 * The text of a key. Values fill its {places}; a number is written as the language writes it. A
 * text that is an
 * object of plural forms ({one, other}) is chosen by values.count.
 */
export function t(key, values = {}) {
  const dictionary = dictionaries[language];
  if (!Object.hasOwn(dictionary, key)) return key;
  let text = dictionary[key];
  if (typeof text === 'object') text = text[plural.select(Number(values.count))] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (place, name) => {
    if (!Object.hasOwn(values, name)) return place;
    return typeof values[name] === 'number' ? number(values[name]) : String(values[name]);
  });
}

/** 1234.5 as the language writes it, with at most `digits` decimals. */
export function number(value, digits = 3) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** 0.1234 with exactly `digits` decimals, for columns of numbers. */
export function fixed(value, digits = 3) {
  if (!Number.isFinite(value)) return '–';
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, options).format(value);
}

/** 0.873 as 87.3%. */
export function percent(share, digits = 1) {
  if (!Number.isFinite(share)) return '–';
  const options = {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  };
  return new Intl.NumberFormat(language, options).format(share);
}

/** 3600000 as "3.6 million". */
export function compact(value) {
  const options = { notation: 'compact', compactDisplay: 'long', maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, options).format(value);
}

/** Bytes in MB or kB. */
export function bytes(value) {
  const [unit, scale] = value >= 1e6 ? ['megabyte', 1e6] : ['kilobyte', 1e3];
  const options = { style: 'unit', unit, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, options).format(value / scale);
}

/** A duration for people: "35 s", "2 min 5 s". */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const unit = (value, name) =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(
      value,
    );
  if (whole < 60) return unit(whole, 'second');
  if (whole < 3600) {
    const rest = whole % 60;
    return unit(Math.floor(whole / 60), 'minute') + (rest ? ` ${unit(rest, 'second')}` : '');
  }
  const minutes = Math.floor((whole % 3600) / 60);
  return `${unit(Math.floor(whole / 3600), 'hour')} ${unit(minutes, 'minute')}`;
}

/** A point in time, in milliseconds. */
export function moment(time) {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    time,
  );
}

/** "a, b and c". */
export function list(items) {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(items);
}
