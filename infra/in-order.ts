/** Work of which several pieces are under way at the same time, and whose results keep their order. */

/** Starts each step when there is room, yields their results in the order of the steps. A failure is thrown when its turn comes. */
export async function* inOrder<T>(steps: AsyncIterable<() => Promise<T>>, atOnce: number): AsyncGenerator<T, void, void> {
  const running: Promise<T>[] = [];
  for await (const step of steps) {
    const promise = step();
    // A failure is met when its turn comes; until then it is not unhandled.
    promise.catch(() => undefined);
    running.push(promise);
    if (running.length >= atOnce) yield await (running.shift() as Promise<T>);
  }
  for (const promise of running) yield await promise;
}
