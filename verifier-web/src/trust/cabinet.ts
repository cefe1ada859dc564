// Where the trust files are kept: IndexedDB, or for this visit only where there is none.

import type { Seen } from '../core/index.js';

/** What is kept of an issuer. Without `trustJws` it is no longer trusted, but not forgotten. */
export interface Kept {
  issuer: string;
  /** Of an issuer with a trust file. */
  seen?: Seen;
  trustJws?: string;
  /** Of an issuer without one: its DID document and its status lists. */
  did?: string;
  lists?: string[];
}

/** Keeps one record for each issuer. */
export interface Cabinet {
  all(): Promise<Kept[]>;
  /** Puts a record in, unless another tab put in a newer one. */
  put(kept: Kept): Promise<void>;
}

const DATABASE = 'testamur-verifier';
const STORE = 'issuers';

/** Opens the cabinet; `lasting` says whether it outlives this visit. */
export async function openCabinet(): Promise<{ cabinet: Cabinet; lasting: boolean }> {
  try {
    return { cabinet: new Database(await open()), lasting: true };
  } catch {
    return { cabinet: new Memory(), lasting: false };
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'issuer' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('another tab holds an older version'));
  });
}

/** Whether `kept` must not replace `before`: a tab that was open for long may know less. */
function older(kept: Kept, before: Kept | undefined): boolean {
  const [a, b] = [kept.seen, before?.seen];
  // What was seen of a trust file is never forgotten for a DID document.
  if (!a || !b) return b !== undefined;
  if (a.manifestVersion !== b.manifestVersion) return a.manifestVersion < b.manifestVersion;
  return a.version < b.version;
}

class Database implements Cabinet {
  constructor(private readonly database: IDBDatabase) {
    // Lets another tab upgrade.
    database.onversionchange = () => database.close();
  }

  all(): Promise<Kept[]> {
    return new Promise((resolve, reject) => {
      const request = this.database.transaction(STORE).objectStore(STORE).getAll();
      request.onsuccess = () => resolve(request.result as Kept[]);
      request.onerror = () => reject(request.error);
    });
  }

  /** Reads and writes in one transaction, so that two tabs cannot undo each other. */
  put(kept: Kept): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(STORE, 'readwrite', { durability: 'strict' });
      const store = transaction.objectStore(STORE);
      const before = store.get(kept.issuer);
      before.onsuccess = () => {
        if (!older(kept, before.result as Kept | undefined)) store.put(kept);
      };
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

class Memory implements Cabinet {
  private readonly records = new Map<string, Kept>();

  all(): Promise<Kept[]> {
    return Promise.resolve([...this.records.values()]);
  }

  put(kept: Kept): Promise<void> {
    if (!older(kept, this.records.get(kept.issuer))) this.records.set(kept.issuer, kept);
    return Promise.resolve();
  }
}
