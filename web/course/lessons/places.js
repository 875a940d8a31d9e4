// Places in a text: the engine counts bytes, the page characters of a JavaScript string.

/** @returns {(bytes: number) => number} */
export function characterPlaces(text) {
  const places = new Map([[0, 0]]);
  let bytes = 0;
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    // A place within a character is that of its beginning.
    for (let i = 1; i < size; i++) places.set(bytes + i, at);
    bytes += size;
    at += character.length;
    places.set(bytes, at);
  }
  return (place) => places.get(place);
}

/** Items with start and end in characters of the text. */
export function inCharacters(text, items) {
  const place = characterPlaces(text);
  return items.map((item) => ({ ...item, start: place(item.start), end: place(item.end) }));
}
