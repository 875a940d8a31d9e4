// Probabilities [texts, classes] as C gives them, taken apart.

/** @returns {number[][]} one array per text */
export const perText = (flat, classes) => Array.from({ length: flat.length / classes },
  (_, i) => Array.from(flat.subarray(i * classes, (i + 1) * classes)));

/** The class of the largest probability, the first of equal ones (as C decides it). */
export const strongest = (shares) => shares.indexOf(Math.max(...shares));
