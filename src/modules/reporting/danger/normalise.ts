import { APOSTROPHE, DOT, foldCodePoint, LINE, SPACE, STOP } from './fold.ts';

export type Script = 'arab' | 'latn' | 'tfng';

/** A word of the normalised text: `from` and `to` are offsets into it. */
export interface Token {
  from: number;
  to: number;
  script: Script;
  /** A sentence ended before this word. */
  afterStop: boolean;
}

/** `text` is words parted by single spaces; unit `i` of it came from `[starts[i], ends[i])` of the original. */
export interface Normalised {
  text: string;
  starts: Uint32Array;
  ends: Uint32Array;
  tokens: Token[];
}

const digitOfArabizi: Record<string, string> = { '3': 'gh', '7': 'kh', '9': 'd', '6': 'd', '5': 'kh' };

function scriptOf(unit: number): Script | undefined {
  if (unit >= 0x30 && unit <= 0x39) return undefined;
  if (unit >= 0x0600 && unit <= 0x08ff) return 'arab';
  return unit >= 0x2d30 && unit <= 0x2d7f ? 'tfng' : 'latn';
}

/** Punctuation since the last word. One full stop before white space ends a sentence; dots in a row are hesitation. */
class Pause {
  present = false;
  private dots = 0;
  private lines = 0;
  private spaceAfterDot = false;
  private stop = false;

  add(mark: string): void {
    this.present = true;
    if (mark === DOT) this.dots += 1;
    else if (mark === STOP) this.stop = true;
    else {
      if (mark === LINE) this.lines += 1;
      if (this.dots > 0) this.spaceAfterDot = true;
    }
  }

  take(): boolean {
    const ended = this.stop || (this.dots === 1 && this.spaceAfterDot) || this.lines > 1;
    this.present = false;
    this.dots = 0;
    this.lines = 0;
    this.spaceAfterDot = false;
    this.stop = false;
    return ended;
  }
}

/** The growing output: text units and where each came from. */
class Output {
  length = 0;
  units: Uint16Array;
  starts: Uint32Array;
  ends: Uint32Array;

  constructor(expected: number) {
    const room = expected + (expected >> 3) + 16;
    this.units = new Uint16Array(room);
    this.starts = new Uint32Array(room);
    this.ends = new Uint32Array(room);
  }

  push(unit: number, start: number, end: number): void {
    if (this.length === this.units.length) this.grow();
    this.units[this.length] = unit;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length += 1;
  }

  private grow(): void {
    const room = this.length * 2;
    const [units, starts, ends] = [new Uint16Array(room), new Uint32Array(room), new Uint32Array(room)];
    units.set(this.units);
    starts.set(this.starts);
    ends.set(this.ends);
    Object.assign(this, { units, starts, ends });
  }

  text(): string {
    let text = '';
    for (let i = 0; i < this.length; i += 4096) {
      text += String.fromCharCode(...this.units.subarray(i, Math.min(i + 4096, this.length)));
    }
    return text;
  }
}

/**
 * Brings free text to the form the lexicon is written in: folded (see `fold.ts`), each run of one letter reduced to a
 * single one ("موووت", "nmoooout"), punctuation to single spaces, Arabic glued to Latin parted. Arabizi digits stay
 * digits, except with an apostrophe (3' is gh, 7' is kh, 9' is d), which is the only place where the mark is a letter.
 * Linear in the length of the text.
 */
export function normalise(text: string): Normalised {
  const out = new Output(text.length);
  const tokens: Token[] = [];
  const pause = new Pause();
  let token: Token | undefined;
  let tokenScript: Script | undefined;

  const letter = (unit: number, start: number, end: number): void => {
    const script = scriptOf(unit);
    const last = out.length - 1;
    if (token && !pause.present && out.units[last] === unit) {
      out.ends[last] = end;
      return;
    }
    if (token && script && tokenScript && script !== tokenScript) pause.add(SPACE);
    if (!token || pause.present) {
      if (token) out.push(0x20, start, start);
      token = { from: out.length, to: out.length, script: script ?? 'latn', afterStop: pause.take() };
      tokens.push(token);
      tokenScript = script;
    } else if (script && !tokenScript) {
      tokenScript = script;
      token.script = script;
    }
    out.push(unit, start, end);
    token.to = out.length;
  };

  const apostrophe = (end: number): void => {
    const last = out.length - 1;
    const sound = token && !pause.present ? digitOfArabizi[String.fromCharCode(out.units[last] ?? 0)] : undefined;
    if (!token || sound === undefined || token.script !== 'latn') {
      pause.add(SPACE);
      return;
    }
    const start = out.starts[last] ?? 0;
    out.units[last] = sound.charCodeAt(0);
    out.ends[last] = end;
    for (let i = 1; i < sound.length; i += 1) out.push(sound.charCodeAt(i), start, end);
    token.to = out.length;
    tokenScript = 'latn';
  };

  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i) ?? 0;
    const end = i + (code > 0xffff ? 2 : 1);
    const folded = foldCodePoint(code);
    if (folded === SPACE || folded === DOT || folded === STOP || folded === LINE) pause.add(folded);
    else if (folded === APOSTROPHE) apostrophe(end);
    else if (folded.length === 1) letter(folded.charCodeAt(0), i, end);
    else {
      for (let k = 0; k < folded.length; k += 1) {
        const mark = folded.charAt(k);
        if (mark === SPACE || mark === DOT || mark === STOP || mark === APOSTROPHE) pause.add(mark);
        else letter(folded.charCodeAt(k), i, end);
      }
    }
    i = end;
  }
  return { text: out.text(), starts: out.starts.slice(0, out.length), ends: out.ends.slice(0, out.length), tokens };
}
