/** Mean seconds of as many runs as a fifth of a second takes. */
export async function timed(work) {
  const start = performance.now();
  let runs = 0;
  do {
    await work();
    runs++;
  } while (performance.now() - start < 200);
  return (performance.now() - start) / runs / 1000;
}
