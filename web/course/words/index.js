// The course's words: a file a subject, each with both languages.

const modules = import.meta.glob('./*.js', { eager: true, import: 'words' });

/** {en: {...}, 'pt-BR': {...}} */
export const courseWords = { en: {}, 'pt-BR': {} };
for (const words of Object.values(modules)) {
  for (const tag of Object.keys(courseWords)) Object.assign(courseWords[tag], words?.[tag]);
}
