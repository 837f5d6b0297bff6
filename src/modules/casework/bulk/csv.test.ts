import { describe, expect, it } from 'vitest';
import { cell, decode, delimiterOf, MAX_ROWS, readCsv, writeCsv } from './csv.ts';

const file = (text: string) => Buffer.from(text);
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

describe('reading a file of reports', () => {
  it.each([
    ['commas', file('url,category,text\nhttps://a.example,privacy,"one, two"\n')],
    ['Excel’s semicolons', file('url;category;text\r\nhttps://a.example;privacy;one, two\r\n')],
    ['a line that names the separator', file('sep=;\r\nurl;category;text\r\nhttps://a.example;privacy;one, two\r\n')],
    ['tabs in UTF-16', utf16('url\tcategory\ttext\r\nhttps://a.example\tprivacy\tone, two\r\n')],
    ['a byte order mark and capitals', file('\ufeffURL,Category,Text\nhttps://a.example,privacy,"one, two"')],
    ['no line end', file('text,url,category\n"one, two",https://a.example,privacy')],
  ])('takes %s', (_name, given) => {
    const read = readCsv(given);
    expect(read).toMatchObject({
      rows: [{ row: 2, cells: { url: 'https://a.example', category: 'privacy', text: 'one, two' } }],
    });
  });

  it('keeps Arabic, quotes and line ends in a cell', () => {
    const read = readCsv(file('category,text\nprivacy,"سطر أول\nقال ""نعم"""\n'));
    expect(read).toMatchObject({ rows: [{ cells: { text: 'سطر أول\nقال "نعم"' } }] });
  });

  it.each([
    ['', 'empty'],
    ['category,text\n', 'empty'],
    ['url,text\nhttps://a.example,x\n', 'columns'],
    ['category,colour\nprivacy,red\n', 'columns'],
    ['category,category\nprivacy,privacy\n', 'columns'],
    ['category,text\nprivacy,"open\n', 'csv'],
  ])('says what is wrong with %j', (text, fault) => {
    expect(readCsv(file(text))).toMatchObject({ fault });
  });

  it('refuses letters that are not UTF-8 instead of guessing, and too many rows', () => {
    expect(decode(Buffer.from([0x63, 0xe9, 0x0a]))).toBeUndefined();
    expect(readCsv(Buffer.from([0x63, 0xe9]))).toMatchObject({ fault: 'encoding' });
    const many = `category,text\n${'privacy,x\n'.repeat(MAX_ROWS + 1)}`;
    expect(readCsv(file(many))).toMatchObject({ fault: 'rows', detail: String(MAX_ROWS + 1) });
  });

  it('finds the separator in the first line only', () => {
    expect(delimiterOf('category\nprivacy;a;b').delimiter).toBe(',');
    expect(delimiterOf('a;b;c\nx,y,z,z,z').delimiter).toBe(';');
  });
});

describe('writing a file', () => {
  it.each(['=1+1', '+1', '-1', '@x', '\t=1', ' =1', '\r=1'])('no spreadsheet takes %j for a formula', (text) => {
    expect(cell(text)).toBe(`"'${text}"`);
  });

  it('is read back as it was', () => {
    const text = writeCsv([
      ['category', 'text'],
      ['privacy', 'a "quoted", long; one\nwith lines'],
    ]);
    expect(readCsv(file(text))).toMatchObject({ rows: [{ cells: { text: 'a "quoted", long; one\nwith lines' } }] });
    expect(cell(-5)).toBe('-5');
  });
});
