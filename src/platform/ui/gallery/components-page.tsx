import type { ComponentChildren } from 'preact';
import { type Translator, useI18n } from '../../i18n/index.ts';
import * as ui from '../index.ts';
import * as data from './samples.ts';

/** The part of the gallery for one family of components; names are those of the code. */
function Part(props: { name: string; children: ComponentChildren }) {
  return (
    <section class="gallery-part" aria-label={props.name}>
      <h2 class="gallery-name" lang="en" dir="ltr">
        {props.name}
      </h2>
      {props.children}
    </section>
  );
}

export function optionItems(tr: Translator): ui.OptionItem[] {
  return data.options.map((o) => ({ value: o.value, icon: o.icon, title: tr.text(o.title), hint: tr.text(o.hint) }));
}

export function tableColumns(tr: Translator): ui.Column<(typeof data.rows)[number]>[] {
  return [
    {
      key: 'priority',
      header: tr.text(data.columns.priority),
      cell: (r) => <ui.Tag tone={r.priority.tone}>{tr.text(r.priority.text)}</ui.Tag>,
    },
    {
      key: 'address',
      header: tr.text(data.columns.address),
      rowHeader: true,
      cell: (r) => (
        <ui.Link href={`/gallery/desk?item=${r.id}`}>
          <ui.Ltr>{r.address}</ui.Ltr>
        </ui.Link>
      ),
    },
    { key: 'category', header: tr.text(data.columns.category), cell: (r) => tr.text(r.category) },
    { key: 'reports', header: tr.text(data.columns.reports), numeric: true, cell: (r) => tr.number(r.reports) },
    { key: 'since', header: tr.text(data.columns.since), numeric: true, cell: (r) => <ui.Ltr>{r.since}</ui.Ltr> },
    {
      key: 'state',
      header: tr.text(data.columns.state),
      cell: (r) => <ui.Tag tone={r.state.tone}>{tr.text(r.state.text)}</ui.Tag>,
    },
  ];
}

export function timelineItems(tr: Translator): ui.TimelineItem[] {
  return data.timeline.map((item) => ({
    state: item.state,
    title: tr.text(item.title),
    at: item.iso ? { iso: item.iso, text: tr.date(new Date(item.iso)) } : undefined,
    detail: item.detail && tr.text(item.detail),
  }));
}

export function helpLines(tr: Translator): ui.HelpLine[] {
  return data.helpLines.map((line) => ({ ...line, label: tr.text(line.label) }));
}

/** Every component in every state. */
export function ComponentsPage() {
  const tr = useI18n();
  const s = data.sample;
  return (
    <>
      <h1>{tr.t('ui.brand')}</h1>
      <Part name="Button">
        <ui.Actions>
          <ui.Button iconEnd="arrow-right">{tr.text(s.next)}</ui.Button>
          <ui.Button variant="secondary">{tr.text(s.back)}</ui.Button>
          <ui.Button variant="danger" icon="siren">
            {tr.text(s.refer)}
          </ui.Button>
          <ui.Button variant="quiet" icon="pencil">
            {tr.text(s.reply)}
          </ui.Button>
          <ui.Button variant="link" href="/gallery">
            {tr.text(s.addLink)}
          </ui.Button>
          <ui.Button disabled>{tr.text(s.next)}</ui.Button>
          <ui.Button small variant="secondary" icon="link">
            {tr.text(s.addLink)}
          </ui.Button>
          <ui.PrintButton />
        </ui.Actions>
      </Part>
      <Part name="Progress, OptionGroup">
        <ui.Progress step={2} of={7} />
        <ui.OptionGroup
          name="kind"
          legend={tr.text(s.question)}
          hint={tr.text(s.questionHint)}
          options={optionItems(tr)}
          value="threat"
        />
        <ui.OptionGroup
          name="several"
          type="checkbox"
          legend={tr.text(s.place)}
          options={optionItems(tr).slice(0, 2)}
          value={['images']}
        />
        <ui.OptionGroup
          name="short"
          columns
          legend={tr.text(s.safe)}
          error={tr.text(s.choose)}
          options={data.shortOptions.map((o) => ({ value: o.value, title: tr.text(o.title) }))}
        />
      </Part>
      <Part name="ErrorSummary, Field, Checkbox">
        <ui.ErrorSummary errors={[{ field: 'url', message: tr.text(s.error) }]} />
        <ui.Form action="/gallery">
          <ui.Field
            name="url"
            type="url"
            label={tr.text(s.link)}
            hint={tr.text(s.linkHint)}
            error={tr.text(s.error)}
            value="photos.example.test"
          />
          <ui.Field
            name="story"
            type="textarea"
            label={tr.text(s.story)}
            optional
            counter
            maxLength={20_000}
            value={tr.text(s.message)}
          />
          <ui.Field name="phone" type="tel" width="half" label={tr.text(s.phone)} value="+212 600 000 000" />
          <ui.Field name="year" type="number" width="short" label={tr.text(data.columns.since)} value={2026} />
          <ui.Field
            name="place"
            type="select"
            width="half"
            label={tr.text(s.place)}
            placeholder="…"
            options={data.options.map((o) => ({ value: o.value, label: tr.text(o.title) }))}
          />
          <ui.Field name="closed" label={tr.text(s.followUp)} value="0214" disabled width="half" />
          <ui.Checkbox name="safe" label={tr.text(s.safe)} hint={tr.text(s.note)} checked />
        </ui.Form>
        <ui.FilterBar action="/gallery" label={tr.text(s.queue)}>
          <ui.Field name="q" type="search" label={tr.text(data.columns.address)} />
          <ui.Field
            name="state"
            type="select"
            label={tr.text(data.columns.state)}
            options={data.rows.map((r) => ({ value: r.id, label: tr.text(r.state.text) }))}
          />
        </ui.FilterBar>
      </Part>
      <Part name="Callout">
        <ui.Callout tone="help" title={tr.text(s.messageTitle)} level={3}>
          <p>{tr.text(s.message)}</p>
        </ui.Callout>
        <ui.Callout tone="warn" title={tr.text(s.warnTitle)} level={3}>
          <p>{tr.text(s.detailsBody)}</p>
        </ui.Callout>
        <ui.Callout tone="danger" title={tr.text(s.dangerTitle)} level={3}>
          <p>{tr.text(s.message)}</p>
          <ui.HelpLines lines={helpLines(tr)} labels />
        </ui.Callout>
        <ui.Callout tone="done" title={tr.text(s.doneTitle)} level={3}>
          <p>{tr.text(s.shownOnce)}</p>
        </ui.Callout>
        <ui.Callout tone="help" icon="info">
          <p>{tr.text(s.note)}</p>
        </ui.Callout>
      </Part>
      <Part name="Card, Steps, ReceiptNumber">
        <ui.Card title={tr.text(s.followUp)} icon="ticket" level={3}>
          <ui.ReceiptNumber digits="1234567890120214" />
          <p class="hint">{tr.text(s.shownOnce)}</p>
          <p>
            <ui.ReceiptNumber digits="1234567890120214" masked />
          </p>
        </ui.Card>
        <ui.Card title={tr.text(s.doNow)} icon="list-checks" level={3} keep>
          <ui.Steps items={data.steps.map((step) => tr.text(step))} />
          <ui.HelpLines lines={helpLines(tr)} labels />
        </ui.Card>
      </Part>
      <Part name="Timeline">
        <ui.Timeline label={tr.text(s.heading)} items={timelineItems(tr)} />
      </Part>
      <Part name="Details, DefinitionList">
        <ui.Details summary={tr.text(s.details)}>
          <p>{tr.text(s.detailsBody)}</p>
        </ui.Details>
        <ui.DefinitionList items={factItems(tr)} />
        <ui.DefinitionList compact items={factItems(tr)} />
      </Part>
      <Part name="Breadcrumb, Pagination, KeyHint">
        <ui.Breadcrumb items={[{ href: '/gallery', label: tr.t('ui.brand') }, { label: tr.text(s.queue) }]} />
        <ui.Pagination previous="/gallery?page=1" next="/gallery?page=3">
          <ui.Ltr>51–100</ui.Ltr>
        </ui.Pagination>
        <p>
          {tr.text(s.assess)} <ui.KeyHint keys="A" />
        </p>
      </Part>
      <Part name="FigureCard, Tag, DataTable">
        <Figures />
        <ui.DataTable
          caption={tr.text(s.queue)}
          columns={tableColumns(tr)}
          rows={data.rows}
          rowKey={(r) => r.id}
          selected={(r) => r.id === '2'}
          danger={(r) => r.danger === true}
        />
      </Part>
      <Part name="EmptyState, ErrorPage">
        <ui.Card>
          <ui.EmptyState title={tr.text(s.emptyTitle)} level={3}>
            <p>{tr.text(s.emptyBody)}</p>
          </ui.EmptyState>
        </ui.Card>
      </Part>
    </>
  );
}

export function factItems(tr: Translator) {
  return [
    { term: tr.text(data.facts.host), value: <ui.Ltr>Example Hosting</ui.Ltr> },
    { term: tr.text(data.facts.network), value: <ui.Ltr>AS64500 · NL</ui.Ltr> },
    { term: tr.text(data.facts.due), value: tr.duration(48 * 60_000) },
  ];
}

export function Figures() {
  const tr = useI18n();
  return (
    <ui.FigureRow>
      {data.figures.map((f) => (
        <ui.FigureCard key={f.value} value={f.value} label={tr.text(f.label)} />
      ))}
      <ui.FigureCard value={tr.duration((6 * 60 + 10) * 60_000)} label={tr.text(data.median)} />
      <ui.FigureCard value={tr.duration(50 * 3600_000)} label={tr.text(data.median)} tone="danger" />
    </ui.FigureRow>
  );
}
