// Numbers that look like chance and are the same every time: what is generated is found again in a picture, a test and a measurement.

/** 0 to 1, from any two whole numbers. */
export function share(a, b = 0) {
  let value = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return ((value ^ (value >>> 15)) >>> 0) / 2 ** 32;
}

export function pick(list, a, b = 0) {
  return list[Math.floor(share(a, b) * list.length)];
}

export function hex(a, digits) {
  let text = '';
  for (let at = 0; text.length < digits; at += 1) text += Math.floor(share(a, at) * 2 ** 32).toString(16).padStart(8, '0');
  return text.slice(0, digits);
}
