import { useI18n } from '../../i18n/index.ts';
import * as ui from '../index.ts';
import { Figures, factItems, optionItems, tableColumns, timelineItems } from './components-page.tsx';
import { rows, sample } from './samples.ts';

/** Archetype 1: one question. */
export function QuestionPage() {
  const tr = useI18n();
  return (
    <>
      <ui.Progress step={2} of={7} />
      <ui.Form action="/gallery/question">
        <ui.OptionGroup
          name="kind"
          heading
          legend={tr.text(sample.question)}
          hint={tr.text(sample.questionHint)}
          options={optionItems(tr)}
          value="threat"
        />
        <ui.Actions>
          <ui.Button iconEnd="arrow-right">{tr.text(sample.next)}</ui.Button>
          <ui.Button variant="secondary" href="/gallery">
            {tr.text(sample.back)}
          </ui.Button>
        </ui.Actions>
      </ui.Form>
      <p class="hint">{tr.text(sample.note)}</p>
    </>
  );
}

/** Archetype 2: where does it stand. */
export function StandingPage() {
  const tr = useI18n();
  return (
    <>
      <h1>{tr.text(sample.heading)}</h1>
      <ui.Callout tone="help" title={tr.text(sample.messageTitle)}>
        <p>{tr.text(sample.message)}</p>
      </ui.Callout>
      <ui.Actions>
        <ui.Button href="/gallery">{tr.text(sample.reply)}</ui.Button>
        <ui.Button variant="secondary" href="/gallery">
          {tr.text(sample.addLink)}
        </ui.Button>
      </ui.Actions>
      <ui.Timeline label={tr.text(sample.heading)} items={timelineItems(tr)} />
      <p class="hint">
        {tr.text(sample.followUp)}: <ui.ReceiptNumber digits="1234567890120214" masked />. {tr.text(sample.shownOnce)}
      </p>
    </>
  );
}

/** Archetype 3: the desk. */
export function DeskPage() {
  const tr = useI18n();
  return (
    <ui.DeskColumns
      panelLabel={tr.text(sample.dangerTitle)}
      panel={
        <>
          <h2>
            <ui.Ltr>photos.example-host.test</ui.Ltr>
          </h2>
          <ui.DefinitionList compact items={factItems(tr)} />
          <ui.Actions>
            <ui.Button variant="danger" icon="siren">
              {tr.text(sample.refer)}
            </ui.Button>
            <ui.Button>{tr.text(sample.assess)}</ui.Button>
            <ui.Button variant="secondary">{tr.text(sample.pass)}</ui.Button>
          </ui.Actions>
        </>
      }
    >
      <h1 class="vh">{tr.text(sample.queue)}</h1>
      <Figures />
      <ui.DataTable
        caption={tr.text(sample.queue)}
        captionHidden
        columns={tableColumns(tr)}
        rows={rows}
        rowKey={(r) => r.id}
        selected={(r) => r.id === '1'}
        danger={(r) => r.danger === true}
      />
    </ui.DeskColumns>
  );
}
