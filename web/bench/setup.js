// What the address of bench.html says: #config=mini&rounds=5&threads=1&numerics=plain

const configs = ['ref-small', 'mini', 'base', 'tiny'];
const parts = ['all', 'products', 'passes', 'epochs'];
const oneOf = (known, text) => (known.includes(text) ? text : undefined);

function whole(text, most) {
  const value = Number(text);
  return text && Number.isInteger(value) && value > 0 && value <= most ? value : undefined;
}

/** @returns {{lang: string, config: string, part: string, rounds: number, texts?: number,
 *             threads?: number, numerics?: string}} */
export function readSetup(hash, languages) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const get = (name) => given.get(name) ?? '';
  const isPortuguese = (tag) => /^pt\b/i.test(tag);
  const preferred = languages.find((tag) => isPortuguese(tag) || /^en\b/i.test(tag)) ?? 'en';
  return {
    lang: isPortuguese(get('lang') || preferred) ? 'pt-BR' : 'en',
    config: oneOf(configs, get('config')) ?? 'ref-small',
    part: oneOf(parts, get('part')) ?? 'all',
    rounds: whole(get('rounds'), 100) ?? 3,
    texts: whole(get('texts'), 10_000),
    threads: whole(get('threads'), 16),
    numerics: oneOf(['plain', 'fused'], get('numerics')),
  };
}
