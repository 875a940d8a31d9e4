// Methods of several subjects in one object.

/** All of them in one object: a name that two have would hide one of them. */
export function oneOfEach(...parts) {
  const all = {};
  for (const [name, value] of parts.flatMap(Object.entries)) {
    if (Object.hasOwn(all, name)) throw new Error(`two things are called ${name}`);
    all[name] = value;
  }
  return all;
}
