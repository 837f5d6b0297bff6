import { parseDocument } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import {
  Button,
  Callout,
  CsrfField,
  DataTable,
  ErrorSummary,
  Field,
  Form,
  HelpLines,
  Icon,
  Link,
  OptionGroup,
  PrintButton,
  Progress,
  ReceiptNumber,
  Timeline,
} from '../index.ts';
import { render } from '../render.testkit.tsx';

const RUNS_CODE = 'javascript:alert(1)';
const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;

type Node = ReturnType<typeof parseDocument>['children'][number];
type Tag = { name: string; attributes: Record<string, string> };

/** Every element of the HTML, as a browser's parser would see it. */
function elements(html: string): Tag[] {
  const found: Tag[] = [];
  const walk = (nodes: Node[]) => {
    for (const node of nodes) {
      if (!('attribs' in node)) continue;
      found.push({ name: node.name, attributes: node.attribs });
      walk(node.children);
    }
  };
  walk(parseDocument(html).children);
  return found;
}
const ids = (html: string) =>
  new Set(
    elements(html)
      .map((e) => e.attributes.id)
      .filter(Boolean),
  );

describe('escaping', () => {
  it('shows hostile text as text, in content and in attributes', () => {
    const html = render(
      <div>
        <Field name="a" label={HOSTILE} hint={HOSTILE} error={HOSTILE} value={HOSTILE} />
        <Field name="b" type="textarea" label="b" value={`</textarea>${HOSTILE}`} />
        <Field name="c" type="select" label="c" options={[{ value: HOSTILE, label: HOSTILE }]} />
        <Callout tone="help" title={HOSTILE}>
          {HOSTILE}
        </Callout>
        <OptionGroup name="d" legend={HOSTILE} options={[{ value: HOSTILE, title: HOSTILE, hint: HOSTILE }]} />
        <DataTable
          caption={HOSTILE}
          columns={[{ key: 'k', header: HOSTILE, cell: (row: string) => row }]}
          rows={[HOSTILE]}
          rowKey={(row) => row}
        />
        <ErrorSummary errors={[{ field: HOSTILE, message: HOSTILE }]} />
        <HelpLines lines={[{ id: '1', label: HOSTILE, tel: `19${HOSTILE}` }]} />
      </div>,
    );
    const tags = elements(html);
    expect(tags.map((t) => t.name)).not.toContain('script');
    expect(tags.map((t) => t.name)).not.toContain('img');
    expect(tags.flatMap((t) => Object.keys(t.attributes)).filter((a) => a.startsWith('on'))).toEqual([]);
    expect(html).toContain('&lt;script>');
  });

  it('dials digits only', () => {
    const html = render(<HelpLines lines={[{ id: '1', label: 'x', tel: '+212 5 37-00 "x' }]} />);
    expect(elements(html).find((e) => e.name === 'a')?.attributes.href).toBe('tel:+21253700');
  });
});

describe('links', () => {
  it('makes a link that could run code inert', () => {
    const button = render(<Button href={RUNS_CODE}>go</Button>);
    expect(elements(button).find((e) => e.name === 'a')?.attributes.href).toBeUndefined();
    expect(elements(render(<Link href="data:text/html,x">go</Link>)).map((e) => e.name)).toEqual(['span']);
    expect(render(<Link href="/ar">go</Link>)).toContain('href="/ar"');
  });

  it('gives a new window no way back', () => {
    const html = render(
      <Button href="https://example.org" target="_blank">
        go
      </Button>,
    );
    expect(html).toContain('rel="noreferrer noopener"');
  });
});

describe('fields', () => {
  it('ties label, hint, error and counter to the control', () => {
    const html = render(
      <Field name="url" type="textarea" label="Link" hint="h" error="e" counter maxLength={1000} value="é" />,
    );
    const control = elements(html).find((e) => e.name === 'textarea');
    expect(control?.attributes['aria-invalid']).toBe('true');
    const described = control?.attributes['aria-describedby']?.split(' ') ?? [];
    expect(described).toEqual(['f-url-hint', 'f-url-error', 'f-url-count']);
    for (const id of described) expect(ids(html)).toContain(id);
    expect(elements(html).find((e) => e.name === 'label')?.attributes.for).toBe('f-url');
    // Cutting a pasted text in silence would lose what was written.
    expect(control?.attributes.maxlength).toBeUndefined();
  });

  it.each(['url', 'tel', 'number', 'email'] as const)(
    'writes %s left to right, and text in its own direction',
    (type) => {
      const dir = (html: string) => elements(html).find((e) => e.name === 'input')?.attributes.dir;
      expect(dir(render(<Field name="x" type={type} label="x" />, { lang: 'ar' }))).toBe('ltr');
      expect(dir(render(<Field name="x" label="x" />, { lang: 'ar' }))).toBe('auto');
    },
  );

  it('leads from every error to a control that is there', () => {
    const html = render(
      <Form action="/x">
        <ErrorSummary
          errors={[
            { field: 'url', message: 'a' },
            { field: 'kind', message: 'b' },
          ]}
        />
        <Field name="url" label="x" error="a" />
        <OptionGroup name="kind" legend="k" error="b" options={[{ value: 'one', title: '1' }]} />
      </Form>,
    );
    const targets = elements(html)
      .filter((e) => e.name === 'a')
      .map((e) => e.attributes.href?.slice(1));
    expect(targets).toEqual(['f-url', 'f-kind']);
    for (const target of targets) expect(ids(html)).toContain(target);
    expect(html).toContain('2 things need a change');
  });

  it('says nothing when there is nothing to change', () => {
    expect(render(<ErrorSummary errors={[]} />)).toBe('');
  });

  it('carries the proof of the form', () => {
    expect(render(<CsrfField />)).toContain('name="_csrf" value="token-of-the-form"');
  });

  it('keeps what was chosen', () => {
    const html = render(
      <OptionGroup
        name="k"
        type="checkbox"
        legend="k"
        value={['b', 'c']}
        options={['a', 'b', 'c'].map((value) => ({ value, title: value }))}
      />,
    );
    const checked = elements(html).filter((e) => e.name === 'input' && 'checked' in e.attributes);
    expect(checked.map((e) => e.attributes.value)).toEqual(['b', 'c']);
  });
});

describe('states in words', () => {
  it('never carries meaning by colour alone', () => {
    const html = render(
      <Timeline
        label="t"
        items={[
          { state: 'done', title: 'a' },
          { state: 'now', title: 'b' },
          { state: 'next', title: 'c' },
        ]}
      />,
    );
    for (const word of ['(done)', '(now)', '(next)']) expect(html).toContain(word);
  });

  it('counts steps for everybody', () => {
    const html = render(<Progress step={2} of={7} />);
    expect(html).toContain('Step 2 of 7');
    expect(elements(html).find((e) => e.name === 'progress')?.attributes['aria-labelledby']).toBe('progress-label');
  });

  it('hides icons from assistive technology, and mirrors those that point along the line', () => {
    expect(render(<Icon name="arrow-right" />)).toMatch(/class="icon icon-flip".*aria-hidden="true"/);
    expect(render(<Icon name="phone" />)).not.toContain('icon-flip');
  });

  it('does not show a print button that could do nothing', () => {
    expect(elements(render(<PrintButton />))[0]?.attributes).toHaveProperty('hidden');
  });
});

describe('ReceiptNumber', () => {
  it('shows it in groups of four, left to right', () => {
    const html = render(<ReceiptNumber digits="1234567890120214" />, { lang: 'ar' });
    expect(html).toContain('dir="ltr"');
    expect(html).toContain('1234 5678 9012 0214');
  });

  it('keeps only the end when masked', () => {
    const html = render(<ReceiptNumber digits="1234567890120214" masked />);
    expect(html).toContain('number ending in 0214');
    for (const part of ['1234', '5678', '9012']) expect(html).not.toContain(part);
  });
});

describe('DataTable', () => {
  const columns = [
    { key: 'n', header: 'Name', rowHeader: true, cell: (r: { n: string; c: number }) => r.n },
    { key: 'c', header: 'Count', numeric: true, cell: (r: { n: string; c: number }) => r.c },
  ];

  it('stays a table for assistive technology when it becomes cards', () => {
    const html = render(<DataTable caption="All" columns={columns} rows={[{ n: 'a', c: 1 }]} rowKey={(r) => r.n} />);
    const roles = elements(html).map((e) => e.attributes.role);
    for (const role of ['table', 'rowgroup', 'row', 'columnheader', 'rowheader', 'cell']) expect(roles).toContain(role);
    expect(elements(html).find((e) => e.name === 'td')?.attributes['data-label']).toBe('Count');
  });

  it('shows what was prepared for nothing', () => {
    const html = render(
      <DataTable caption="All" columns={columns} rows={[]} rowKey={(r) => r.n} empty={<p>none</p>} />,
    );
    expect(html).toBe('<p>none</p>');
  });
});
