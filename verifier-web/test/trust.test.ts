// What a browser keeps between two visits, on the IndexedDB of fake-indexeddb and without one.

import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';

import { IDBFactory } from 'fake-indexeddb';

import { TrustStore } from '../src/trust/index.js';
import { text } from './files.js';

const ACADEMY = 'did:web:certs.example.org';
const V7 = text('trust/academy.jws');
const V8 = text('trust/academy-8.jws');

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

test('a trust file outlives the visit, and an older one is refused in the next', async () => {
  const first = await TrustStore.open();
  assert.equal(first.lasting, true);
  await first.add(V8);
  const second = await TrustStore.open();
  assert.deepEqual(second.anchors.issuers().map((a) => [a.issuer, a.version]), [[ACADEMY, 8]]);
  assert.equal(second.file(ACADEMY), V8);
  await assert.rejects(second.add(V7), { code: 'rollback' });
  assert.equal((await TrustStore.open()).anchors.issuers()[0]?.version, 8);
});

test('an issuer that is no longer trusted is not forgotten', async () => {
  const first = await TrustStore.open();
  await first.add(V8);
  await first.remove(ACADEMY);
  const second = await TrustStore.open();
  assert.deepEqual(second.anchors.issuers(), []);
  await assert.rejects(second.add(V7), { code: 'rollback' });
  await second.add(V8);
  assert.equal((await TrustStore.open()).anchors.issuers().length, 1);
});

test('a tab that knows less does not undo what another kept', async () => {
  const [old, fresh] = [await TrustStore.open(), await TrustStore.open()];
  await fresh.add(V8);
  await old.add(V7);
  assert.equal((await TrustStore.open()).anchors.issuers()[0]?.version, 8);
});

test('a pinned root decides for its issuer, and for no other', async () => {
  const anchor = await (await TrustStore.open()).preview(V8);
  const store = await TrustStore.open({ [ACADEMY]: anchor.rootKey });
  await store.add(V8);
  await store.add(text('trust/other.jws'));
  assert.equal(store.anchors.issuers().length, 2);
  globalThis.indexedDB = new IDBFactory();
  const other = (await (await TrustStore.open()).preview(text('trust/other.jws'))).rootKey;
  const wary = await TrustStore.open({ [ACADEMY]: other });
  await assert.rejects(wary.add(V8), { code: 'pin_not_found' });
  assert.deepEqual(wary.anchors.issuers(), []);
});

test('what was damaged while it was kept is not trusted', async () => {
  await (await TrustStore.open()).add(V8);
  const request = indexedDB.open('testamur-verifier', 1);
  await new Promise((resolve) => (request.onsuccess = resolve));
  const store = request.result.transaction('issuers', 'readwrite').objectStore('issuers');
  const kept = store.get(ACADEMY);
  await new Promise((resolve) => (kept.onsuccess = resolve));
  const put = store.put({ ...kept.result, trustJws: text('trust/bad-by-thief.jws') });
  await new Promise((resolve) => (put.onsuccess = resolve));
  request.result.close();
  assert.deepEqual((await TrustStore.open()).anchors.issuers(), []);
});

test('without IndexedDB it works for this visit', async () => {
  Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true, writable: true });
  const store = await TrustStore.open();
  assert.equal(store.lasting, false);
  await store.add(V8);
  assert.equal(store.anchors.issuers().length, 1);
});
