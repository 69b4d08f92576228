// The hold model as one would write it in JavaScript: a binary heap of objects.

const before = (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order);

class Heap {
  constructor() {
    this.items = [];
    this.order = 0;
  }

  push(item, at) {
    item.at = at;
    item.order = this.order++;
    const { items } = this;
    let here = items.length;
    items.push(item);
    while (here > 0) {
      const parent = (here - 1) >> 1;
      if (!before(item, items[parent])) break;
      items[here] = items[parent];
      here = parent;
    }
    items[here] = item;
  }

  pop() {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    const length = items.length;
    if (length === 0) return first;
    let here = 0;
    for (;;) {
      let child = 2 * here + 1;
      if (child >= length) break;
      if (child + 1 < length && before(items[child + 1], items[child])) child++;
      if (!before(items[child], last)) break;
      items[here] = items[child];
      here = child;
    }
    items[here] = last;
    return first;
  }
}

export class JsHold {
  constructor(pending, pops) {
    this.x = 12345;
    this.left = pops;
    this.check = 0;
    this.heap = new Heap();
    for (let id = 0; id < pending; id++) {
      const payload = { name: "event", a: id, b: id, c: id, d: id };
      this.heap.push({ at: 0, order: 0, id, payload }, this.increment());
    }
  }

  increment() {
    this.x = (Math.imul(this.x, 1664525) + 1013904223) >>> 0;
    return 1 + (this.x >>> 12);
  }

  advance(steps) {
    for (let count = Math.min(steps, this.left); count > 0; count--) {
      const item = this.heap.pop();
      this.check = (Math.imul(this.check, 31) + item.id) >>> 0;
      this.heap.push(item, item.at + this.increment());
      this.left--;
    }
    return this.left > 0;
  }

  checksum() {
    return this.check;
  }
}
