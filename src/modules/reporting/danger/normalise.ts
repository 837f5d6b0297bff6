import {
  APOSTROPHE,
  BASIC,
  basicFolds,
  DOT,
  foldBasic,
  foldCodePoint,
  LINE,
  NOTHING,
  SEVERAL,
  SPACE,
  STOP,
  UNASKED,
} from './fold.ts';

export type Script = 'arab' | 'latn' | 'tfng';

/** A word of the normalised text: `from` and `to` are offsets into it. */
export interface Token {
  from: number;
  to: number;
  script: Script;
  /** A sentence ended before this word. */
  afterStop: boolean;
}

/**
 * `text` is words parted by single spaces; unit `i` of it came from `[starts[i], ends[i])` of the original. Both are views
 * that hold until the next text is normalised: nearly every text has no signal, and then nobody asks where one stood.
 */
export interface Normalised {
  text: string;
  starts: Uint32Array;
  ends: Uint32Array;
  tokens: Token[];
}

const [SPACE_UNIT, DOT_UNIT, STOP_UNIT, LINE_UNIT, APOSTROPHE_UNIT] = [SPACE, DOT, STOP, LINE, APOSTROPHE].map((mark) =>
  mark.charCodeAt(0),
) as [number, number, number, number, number];
/** The marks are below it, digits and letters from it on. */
const FIRST_LETTER = 0x30;

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

  add(mark: number): void {
    this.present = true;
    if (mark === DOT_UNIT) this.dots += 1;
    else if (mark === STOP_UNIT) this.stop = true;
    else {
      if (mark === LINE_UNIT) this.lines += 1;
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
  units = new Uint16Array(0);
  starts = new Uint32Array(0);
  ends = new Uint32Array(0);
  private bytes = Buffer.alloc(0);

  constructor() {
    this.grow(4096);
  }

  push(unit: number, start: number, end: number): void {
    if (this.length === this.units.length) this.grow(this.length * 2);
    this.units[this.length] = unit;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length += 1;
  }

  private grow(room: number): void {
    const [units, starts, ends] = [new Uint16Array(room), new Uint32Array(room), new Uint32Array(room)];
    units.set(this.units);
    starts.set(this.starts);
    ends.set(this.ends);
    Object.assign(this, { units, starts, ends, bytes: Buffer.from(units.buffer) });
  }

  text(): string {
    return this.bytes.toString('utf16le', 0, this.length * 2);
  }
}

/** Kept from text to text, as long as the longest: made anew for each, it would cost more than most texts do. */
const out = new Output();

/**
 * Brings free text to the form the lexicon is written in: folded (see `fold.ts`), each run of one letter reduced to a
 * single one ("موووت", "nmoooout"), punctuation to single spaces, Arabic glued to Latin parted. Arabizi digits stay
 * digits, except with an apostrophe (3' is gh, 7' is kh, 9' is d), which is the only place where the mark is a letter.
 * Linear in the length of the text.
 */
export function normalise(text: string): Normalised {
  out.length = 0;
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
    if (token && script && tokenScript && script !== tokenScript) pause.add(SPACE_UNIT);
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
      pause.add(SPACE_UNIT);
      return;
    }
    const start = out.starts[last] ?? 0;
    out.units[last] = sound.charCodeAt(0);
    out.ends[last] = end;
    for (let i = 1; i < sound.length; i += 1) out.push(sound.charCodeAt(i), start, end);
    token.to = out.length;
    tokenScript = 'latn';
  };

  const putPart = (unit: number, start: number, end: number): void => {
    if (unit >= FIRST_LETTER) letter(unit, start, end);
    else pause.add(unit);
  };

  const put = (unit: number, start: number, end: number): void => {
    if (unit >= FIRST_LETTER) letter(unit, start, end);
    else if (unit === APOSTROPHE_UNIT) apostrophe(end);
    else pause.add(unit);
  };

  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i) ?? 0;
    const end = i + (code > 0xffff ? 2 : 1);
    let unit = code < BASIC ? (basicFolds[code] as number) : SEVERAL;
    if (unit === UNASKED) unit = foldBasic(code);
    if (unit >= FIRST_LETTER && token !== undefined && !pause.present && scriptOf(unit) === tokenScript) {
      // Nearly every unit is one more letter of its word, which needs nothing of what `letter` looks after.
      const last = out.length - 1;
      if (out.units[last] === unit) out.ends[last] = end;
      else {
        out.push(unit, i, end);
        token.to = out.length;
      }
    } else if (unit === SEVERAL) {
      const folded = foldCodePoint(code);
      if (folded === APOSTROPHE) apostrophe(end);
      // Within a longer folding the mark is no letter: what was typed is one character.
      else for (let k = 0; k < folded.length; k += 1) putPart(folded.charCodeAt(k), i, end);
    } else if (unit !== NOTHING) put(unit, i, end);
    i = end;
  }
  return {
    text: out.text(),
    starts: out.starts.subarray(0, out.length),
    ends: out.ends.subarray(0, out.length),
    tokens,
  };
}
