// Many things at a time, told in their order: nothing is lost or told of another, and what runs ahead is bounded.

import assert from 'node:assert/strict';
import test from 'node:test';

import { inOrder, type Ahead } from '../src/page/lanes.js';

const AHEAD: Ahead<number> = { atOnce: 4, things: 8, told: 2, weight: 100, weigh: () => 1 };
const pause = (milliseconds: number) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Tells of each thing twice; the later ones are done earlier. */
async function* late(thing: number): AsyncGenerator<string> {
  await pause(20 - thing);
  yield `${thing} a`;
  await pause(1);
  yield `${thing} b`;
}

async function all(things: readonly number[], work: (thing: number) => AsyncIterable<string>, ahead: Partial<Ahead<number>> = {}): Promise<string[]> {
  const told: string[] = [];
  for await (const [thing, found] of inOrder(things, work, { ...AHEAD, ...ahead })) {
    told.push(`of ${thing}`);
    for await (const one of found) told.push(one);
  }
  return told;
}

const WANTED = numbers(20).flatMap((thing) => [`of ${thing}`, `${thing} a`, `${thing} b`]);

test('what comes of each is told in the order of the things, however many are worked on', async () => {
  for (const atOnce of [1, 2, 4, 50]) assert.deepEqual(await all(numbers(20), late, { atOnce }), WANTED);
  assert.deepEqual(await all([], late), []);
});

test('no more is worked on at a time than was said, and what is heavy is worked on alone', async () => {
  const seen = { now: 0, most: 0, withHeavy: 0 };
  async function* work(thing: number): AsyncGenerator<string> {
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    await pause(2);
    if (thing === 5) seen.withHeavy = seen.now;
    yield 'x';
    seen.now -= 1;
  }
  await all(numbers(20), work);
  assert.equal(seen.most, 4);
  await all(numbers(20), work, { weigh: (thing) => (thing === 5 ? 1_000 : 1) });
  assert.equal(seen.withHeavy, 1);
});

test('who is ahead waits, with little told', async () => {
  let told = 0;
  async function* much(thing: number): AsyncGenerator<string> {
    if (thing === 0) await pause(30);
    for (let i = 0; i < 100; i += 1) {
      told += thing > 0 ? 1 : 0;
      yield `${thing} ${i}`;
    }
  }
  let before = -1;
  for await (const [thing, found] of inOrder(numbers(3), much, AHEAD)) {
    let count = 0;
    for await (const one of found) {
      if (before < 0) before = told;
      assert.equal(one, `${thing} ${count}`);
      count += 1;
    }
    assert.equal(count, 100);
  }
  assert.equal(before, 4);
});

test('what goes wrong is told at its turn, and nothing else is touched by it', async () => {
  async function* work(thing: number): AsyncGenerator<string> {
    yield `${thing} a`;
    if (thing === 3) throw new Error('three');
  }
  const told: string[] = [];
  await assert.rejects(async () => {
    for await (const [, found] of inOrder(numbers(9), work, AHEAD)) for await (const one of found) told.push(one);
  }, { message: 'three' });
  assert.deepEqual(told, ['0 a', '1 a', '2 a', '3 a']);
});

test('who stops listening stops the work', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  async function* work(thing: number): AsyncGenerator<string> {
    begun.push(thing);
    try {
      for (;;) {
        await pause(1);
        yield 'again';
      }
    } finally {
      ended.push(thing);
    }
  }
  for await (const [, found] of inOrder(numbers(50), work, AHEAD)) {
    for await (const one of found) {
      assert.equal(one, 'again');
      break;
    }
    break;
  }
  await pause(30);
  assert.deepEqual(begun, [0, 1, 2, 3]);
  assert.deepEqual(ended.sort(), [0, 1, 2, 3]);
});
