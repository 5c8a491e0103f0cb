import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Dots per metre of the pHYs chunk; zero when there is none. */
  readonly dotsPerMetre: number;
  /** True when the pixel is not pure opaque white. */
  isInked(x: number, y: number): boolean;
  isDark(x: number, y: number): boolean;
}

const paeth = (a: number, b: number, c: number): number => {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};

/** Decodes an RGBA PNG of eight bits, not interlaced: all that the renderer writes. */
export const decodePng = (png: Buffer): Picture => {
  let [width, height, dotsPerMetre] = [0, 0, 0];
  const data: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      if (body.subarray(8).toString('hex') !== '0806000000') throw new TypeError('not an RGBA PNG of eight bits');
    }
    if (type === 'pHYs') dotsPerMetre = body.readUInt32BE(0);
    if (type === 'IDAT') data.push(body);
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * 4;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let i = 0; i < stride; i += 1) {
      const left = i >= 4 ? (pixels[y * stride + i - 4] ?? 0) : 0;
      const up = y > 0 ? (pixels[(y - 1) * stride + i] ?? 0) : 0;
      const corner = y > 0 && i >= 4 ? (pixels[(y - 1) * stride + i - 4] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      pixels[y * stride + i] = ((raw[y * (stride + 1) + 1 + i] ?? 0) + guess) & 255;
    }
  }
  return {
    width, height, dotsPerMetre,
    isInked: (x, y) => pixels.readUInt32BE((y * width + x) * 4) !== 0xffffffff,
    isDark: (x, y) => (pixels[(y * width + x) * 4] ?? 0) < 128,
  };
};
