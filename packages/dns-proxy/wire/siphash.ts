/**
 * SipHash-2-4 of `length` bytes (RFC 9018 takes it for cookies), in halves of 32 bits because 64-bit integers are slow in
 * JavaScript. `key` is 16 bytes as four little-endian words. The eight bytes go to `out` at `outAt`, little endian.
 */
export function sipHash24(key: Uint32Array, data: Uint8Array, length: number, out: Uint8Array, outAt: number): void {
  let v0l = (key[0] as number) ^ 0x70736575;
  let v0h = (key[1] as number) ^ 0x736f6d65;
  let v1l = (key[2] as number) ^ 0x6e646f6d;
  let v1h = (key[3] as number) ^ 0x646f7261;
  let v2l = (key[0] as number) ^ 0x6e657261;
  let v2h = (key[1] as number) ^ 0x6c796765;
  let v3l = (key[2] as number) ^ 0x79746573;
  let v3h = (key[3] as number) ^ 0x74656462;
  const words = (length >> 3) + 1;
  for (let word = 0; word <= words; word++) {
    let ml = 0;
    let mh = 0;
    let rounds = 2;
    if (word < words) {
      const at = word << 3;
      if (at + 8 <= length) {
        ml = little(data, at);
        mh = little(data, at + 4);
      } else {
        for (let i = at; i < length; i++) {
          if (i - at < 4) ml |= (data[i] as number) << ((i - at) << 3);
          else mh |= (data[i] as number) << ((i - at - 4) << 3);
        }
        mh |= (length & 0xff) << 24;
      }
      v3l ^= ml;
      v3h ^= mh;
    } else {
      v2l ^= 0xff;
      rounds = 4;
    }
    for (; rounds > 0; rounds--) {
      let l = (v0l >>> 0) + (v1l >>> 0);
      v0h = (v0h + v1h + (l > 0xffffffff ? 1 : 0)) | 0;
      v0l = l | 0;
      let t = v1l;
      v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
      v1h = ((v1h << 13) | (t >>> 19)) ^ v0h;
      t = v0l;
      v0l = v0h;
      v0h = t;
      l = (v2l >>> 0) + (v3l >>> 0);
      v2h = (v2h + v3h + (l > 0xffffffff ? 1 : 0)) | 0;
      v2l = l | 0;
      t = v3l;
      v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
      v3h = ((v3h << 16) | (t >>> 16)) ^ v2h;
      l = (v0l >>> 0) + (v3l >>> 0);
      v0h = (v0h + v3h + (l > 0xffffffff ? 1 : 0)) | 0;
      v0l = l | 0;
      t = v3l;
      v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
      v3h = ((v3h << 21) | (t >>> 11)) ^ v0h;
      l = (v2l >>> 0) + (v1l >>> 0);
      v2h = (v2h + v1h + (l > 0xffffffff ? 1 : 0)) | 0;
      v2l = l | 0;
      t = v1l;
      v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
      v1h = ((v1h << 17) | (t >>> 15)) ^ v2h;
      t = v2l;
      v2l = v2h;
      v2h = t;
    }
    v0l ^= ml;
    v0h ^= mh;
  }
  const low = v0l ^ v1l ^ v2l ^ v3l;
  const high = v0h ^ v1h ^ v2h ^ v3h;
  for (let i = 0; i < 4; i++) {
    out[outAt + i] = low >>> (8 * i);
    out[outAt + 4 + i] = high >>> (8 * i);
  }
}

function little(data: Uint8Array, at: number): number {
  return (
    (data[at] as number) |
    ((data[at + 1] as number) << 8) |
    ((data[at + 2] as number) << 16) |
    ((data[at + 3] as number) << 24)
  );
}
