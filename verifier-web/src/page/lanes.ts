// Does something to many things, several at a time, and tells what comes of them in the order of the things: nothing is lost,
// and nothing is told of another. It runs ahead only so far as what it holds is little.

/** How far it may run ahead. */
export interface Ahead<S> {
  /** Things that are worked on at a time. */
  atOnce: number;
  /** Things that are begun before it is the turn of the first of them. */
  things: number;
  /** What is told of one thing before its turn. */
  told: number;
  /** How much all that are worked on may weigh together; a heavier one is worked on alone. */
  weight: number;
  weigh(thing: S): number;
}

/** Yields each thing with what is told of it. */
export async function* inOrder<S, T>(
  things: readonly S[],
  work: (thing: S) => AsyncIterable<T>,
  ahead: Ahead<S>,
): AsyncGenerator<[S, AsyncIterable<T>]> {
  const lanes: (Lane<T> | undefined)[] = [];
  let [working, weight, turn] = [0, 0, 0];
  const begin = () => {
    for (let thing = things[lanes.length]; thing !== undefined; thing = things[lanes.length]) {
      const own = ahead.weigh(thing);
      const fits = working === 0 || (working < ahead.atOnce && weight + own <= ahead.weight);
      if (lanes.length >= turn + ahead.things || !fits) return;
      const lane = new Lane(work(thing), ahead.told);
      lanes.push(lane);
      working += 1;
      weight += own;
      void lane.run().then(() => {
        working -= 1;
        weight -= own;
        if (turn >= 0) begin();
      });
    }
  };
  try {
    for (const thing of things) {
      begin();
      const lane = lanes[turn];
      if (lane) yield [thing, lane.told()];
      lanes[turn] = undefined;
      turn += 1;
    }
  } finally {
    turn = -1;
    for (const lane of lanes) lane?.stop();
  }
}

/** One thing's work. */
class Lane<T> {
  private readonly held: T[] = [];
  private isOver = false;
  private isStopped = false;
  private failed: { error: unknown } | undefined;
  /** Wakes who waits for more to tell, and who waits for room. */
  private heard: (() => void) | undefined;
  private goOn: (() => void) | undefined;

  constructor(private readonly work: AsyncIterable<T>, private readonly room: number) {}

  /** Works to the end, or until it is stopped. Never rejects: who listens is told. */
  async run(): Promise<void> {
    try {
      for await (const one of this.work) {
        this.held.push(one);
        this.heard?.();
        while (this.held.length >= this.room && !this.isStopped) await new Promise<void>((resolve) => { this.goOn = resolve; });
        if (this.isStopped) break;
      }
    } catch (error) {
      this.failed = { error };
    }
    this.isOver = true;
    this.heard?.();
  }

  async *told(): AsyncGenerator<T> {
    for (;;) {
      for (let one = this.held.shift(); one !== undefined; one = this.held.shift()) {
        this.goOn?.();
        yield one;
      }
      if (this.isOver) break;
      await new Promise<void>((resolve) => { this.heard = resolve; });
    }
    if (this.failed) throw this.failed.error;
  }

  stop(): void {
    this.isStopped = true;
    this.goOn?.();
  }
}
