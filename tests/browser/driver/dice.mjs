// Chance that can be had again: the same seed gives the same throws.

/** Throws of a seed: `of(n)` is a whole number below `n`, `one(list)` one of a list's members. */
export class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** The next 32 bits, by Mulberry32. */
  #next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  of(count) {
    return this.#next() % count;
  }

  one(list) {
    return list[this.of(list.length)];
  }
}
