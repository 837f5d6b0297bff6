import { describe, expect, it } from 'vitest';
import { classRows, readClasses, type SchoolNow, textOf } from './classes-csv.ts';

const school: SchoolNow = {
  lines: ['203.0.113.0/24', '2001:db8:7::/48'],
  classes: [{ label: 'CM1', band: '9-12', networks: ['203.0.113.128/28'] }],
  reach: { private: false, loopback: false },
};
const read = (text: string, now = school) => readClasses(text, 'fr', now);
function linesOf(text: string, now = school) {
  const found = read(text, now);
  if (!('lines' in found)) throw new Error(found.problem.fault);
  return found.lines;
}
const problems = (text: string, now = school) =>
  linesOf(text, now).flatMap(({ line, problems }) => problems.map((p) => [line, p.column, p.fault, p.value, p.other]));

describe('a school’s file', () => {
  it.each([
    'class,band,lang,network\n6A,9-12,ar,203.0.113.5/28 2001:db8:7:1::/64\n',
    'Classe;Âge;Langue;Réseau\r\n6A;9-12;ar;203.0.113.5/28 + 2001:db8:7:1::/64\r\n',
    '\ufeffالقسم\tالعمر\tاللغة\tالشبكة\n6A\t9-12\tar\t203.0.113.5/28|2001:db8:7:1::/64',
    'network,class,lang,band\n"203.0.113.5/28,2001:db8:7:1::/64",6A,ar,9-12\n,,,\n\n',
  ])('is read as spreadsheets write it (%#)', (text) => {
    expect(classRows(linesOf(text))).toEqual([
      { label: '6A', band: '9-12', lang: 'ar', networks: ['203.0.113.0/28', '2001:db8:7:1::/64'] },
    ]);
  });

  it('leaves networks alone when it has no such column, and takes the language of the page', () => {
    expect(classRows(linesOf('class,band\n6A,9-12'))).toEqual([{ label: '6A', band: '9-12', lang: 'fr' }]);
    expect(linesOf('class,band,network\nCM1,9-12,')).toMatchObject([{ known: true, networks: [] }]);
  });

  it('tells every fault with its line and column, all of them at once', () => {
    const file = [
      'class,band,lang,network',
      '6A,9-12,ar,203.0.113.0/28',
      ',teen,xx,nonsense',
      '6A,9-12,ar,203.0.113.0/28',
      '',
      '6B,9-12,ar,203.0.0.0/16 192.168.1.0/24 100.64.1.0/28 127.0.0.1',
      '6C,9-12,ar,198.51.100.0/28',
      '6D,9-12,ar,203.0.113.128/28',
      'CM1,16-17,ar,203.0.113.128/28',
      '6E,9-12,ar,,more',
    ].join('\n');
    expect(problems(file)).toEqual([
      [3, 'class', 'name-missing', '', ''],
      [3, 'band', 'band', 'teen', ''],
      [3, 'lang', 'lang', 'xx', ''],
      [3, 'network', 'network-address', 'nonsense', ''],
      [4, 'class', 'name-twice', '6A', '2'],
      [4, 'network', 'network-twice', '203.0.113.0/28', '2'],
      [6, 'network', 'network-wide', '203.0.0.0/16', ''],
      [6, 'network', 'network-private', '192.168.1.0/24', ''],
      [6, 'network', 'network-shared', '100.64.1.0/28', ''],
      [6, 'network', 'network-special', '127.0.0.1', ''],
      [7, 'network', 'network-outside', '198.51.100.0/28', ''],
      [9, 'band', 'band-other', '16-17', '9-12'],
      [9, 'network', 'network-twice', '203.0.113.128/28', '8'],
      [10, 'network', 'extra', 'more', ''],
    ]);
    // Of a class that the file does not name.
    expect(problems('class,band,network\n6D,9-12,203.0.113.128/28')).toEqual([
      [2, 'network', 'network-taken', '203.0.113.128/28', 'CM1'],
    ]);
    const nine = Array.from({ length: 9 }, (_, i) => `203.0.113.${i}`).join(' ');
    expect(problems(`class,band,network\n6A,9-12,${nine}`)).toMatchObject([
      [2, 'network', 'networks-many', nine.slice(0, 60), '8'],
    ]);
  });

  it('counts lines as a spreadsheet and a text editor show them, also after a cell with a line end', () => {
    expect(problems('class,band\n"6\nA",9-12\n6B,x')).toEqual([[4, 'band', 'band', 'x', '']]);
  });

  it('lets one network lie in another class’s: the smaller one decides', () => {
    expect(problems('class,band,network\n6A,9-12,203.0.113.0/25\n6B,9-12,203.0.113.0/28')).toEqual([]);
  });

  it('says what is wrong with it as a whole, and where', () => {
    expect(read('')).toEqual({ problem: { fault: 'empty' } });
    expect(read('\n \n')).toEqual({ problem: { fault: 'empty' } });
    expect(read('class,band')).toEqual({ problem: { fault: 'empty' } });
    expect(read('class\n6A')).toEqual({ problem: { fault: 'missing', line: 1, what: 'band' } });
    expect(read('class,band,teacher\n6A,9-12,x')).toEqual({ problem: { fault: 'unknown', line: 1, what: 'teacher' } });
    expect(read(`class,band\n${'x,9-12\n'.repeat(201)}`)).toEqual({ problem: { fault: 'many' } });
    expect(read('x'.repeat(100_001))).toEqual({ problem: { fault: 'large' } });
    expect(read('class,band\n6A,9-12\n"6B,9-12')).toMatchObject({ problem: { fault: 'csv', line: 3 } });
  });
});

describe('the bytes of a file', () => {
  const bytes = (...codes: number[]) => Uint8Array.from(codes);
  it('are read as spreadsheets of our country write them', () => {
    expect(textOf(new TextEncoder().encode('القسم,é'), 'fr')).toBe('القسم,é');
    expect(textOf(bytes(0x36, 0xe8, 0x6d, 0x65), 'fr')).toBe('6ème');
    expect(textOf(bytes(0xde, 0xd3, 0xe3), 'ar')).toBe('قسم');
    expect(textOf(bytes(0xff, 0xfe, 0x36, 0, 0x42, 0x06), 'fr')).toBe('6ق');
    expect(textOf(bytes(0xfe, 0xff, 0, 0x36), 'fr')).toBe('6');
  });
});
