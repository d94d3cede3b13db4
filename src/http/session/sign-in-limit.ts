/**
 * Failed tries within the window: of a name from one address, of a name from anywhere, and of an address. Several people
 * may share an address, and who fails on purpose under another's name shuts out their own address long before that person.
 */
const TRIES = { pair: 8, name: 100, address: 40 } as const;
const WINDOW_MS = 10 * 60_000;
/** Names and addresses remembered; beyond it the oldest are forgotten, so that a flood fills no memory. */
const REMEMBERED = 20_000;
/** Passwords checked at once: each takes a core for 25 ms and 19 MB. */
const AT_ONCE = 4;

interface Count {
  tries: number;
  until: number;
}

/** Slows down whoever guesses passwords. Counts failures only, in this process. */
export class SignInLimit {
  readonly #counts = new Map<string, Count>();
  readonly #now: () => number;
  #checking = 0;

  /** @param now a clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Seconds to wait before the next try; null when it may be made now. */
  wait(name: string | null, address: string): number | null {
    if (this.#checking >= AT_ONCE) return 1;
    const over = keysOf(name, address)
      .map(([key, most]) => ({ count: this.#counts.get(key), most }))
      .filter(({ count, most }) => count !== undefined && count.until > this.#now() && count.tries >= most)
      .map(({ count }) => ((count?.until ?? 0) - this.#now()) / 1000);
    return over.length === 0 ? null : Math.ceil(Math.max(...over));
  }

  /** Runs a check of a password; null from it is a failure and counts. */
  async run<Result>(
    name: string | null,
    address: string,
    check: () => Promise<Result | null>,
  ): Promise<Result | null> {
    // Counted before the check, so that tries sent at the same moment count too.
    this.#checking += 1;
    for (const [key] of keysOf(name, address)) this.#add(key, 1);
    try {
      const result = await check();
      if (result !== null) for (const [key] of keysOf(name, address)) this.#add(key, -1);
      return result;
    } finally {
      this.#checking -= 1;
    }
  }

  #add(key: string, tries: number): void {
    const known = this.#counts.get(key);
    const count =
      known !== undefined && known.until > this.#now() ? known : { tries: 0, until: this.#now() + WINDOW_MS };
    count.tries = Math.max(0, count.tries + tries);
    this.#counts.delete(key);
    this.#counts.set(key, count);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= REMEMBERED) break;
      this.#counts.delete(oldest);
    }
  }
}

/** Tokens have no name to be counted by: null. */
function keysOf(name: string | null, address: string): readonly (readonly [key: string, most: number])[] {
  const byAddress = [`address ${address}`, TRIES.address] as const;
  if (name === null) return [byAddress];
  const known = name.trim().toLowerCase();
  return [[`pair ${address} ${known}`, TRIES.pair], [`name ${known}`, TRIES.name], byAddress];
}
