import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, DefinitionList, Link, Ltr, Prose } from '../../../platform/ui/index.ts';
import type { InclusionProof } from '../proof.ts';

/** What the proof of one entry says, in words; the file for the tool is behind the button. */
export function ProofPage({ id, proof }: { id: string; proof: InclusionProof | 'pending' }) {
  const { t, lang } = useI18n();
  return (
    <Prose>
      <h1>{t('audit.proof.title')}</h1>
      {proof === 'pending' ? (
        <p role="status">{t('audit.proof.pending')}</p>
      ) : (
        <>
          <p>{t('audit.proof.lead')}</p>
          <Facts proof={proof} />
          <Actions>
            <Button href={fileOf(id)} download>
              {t('audit.proof.file')}
            </Button>
          </Actions>
          <h2>{t('audit.proof.checkTitle')}</h2>
          <p>{t('audit.proof.check')}</p>
          <Command title={t('audit.proof.prove')} line={`audit prove proof-${proof.index}.json`} />
          <Command title={t('audit.proof.verify')} line="audit verify log.jsonl" />
          <Command title={t('audit.proof.trust')} line={`audit prove proof-${proof.index}.json ${TRUST}`} />
        </>
      )}
      <p>
        <Link href={`/${lang}/audit`}>{t('audit.public.title')}</Link>
      </p>
      <Callout tone="warn" title={t('audit.public.careTitle')} level={2}>
        <p>{t('audit.public.care')}</p>
      </Callout>
    </Prose>
  );
}

/** A head and a key that came from elsewhere. */
const TRUST = '--head head.json --key key.pem';

/** Where the proof of an entry is to be had as a file. */
const fileOf = (id: string) => `/audit/proof/${id}.json`;

function Facts({ proof: { entry, index, head } }: { proof: InclusionProof }) {
  const { t, date, number } = useI18n();
  return (
    <DefinitionList
      items={[
        { term: t('audit.proof.number'), value: <Ltr>{number(index)}</Ltr> },
        { term: t('audit.proof.writtenAt'), value: date(new Date(entry.at)) },
        { term: t('audit.proof.action'), value: <Ltr mono>{entry.action}</Ltr> },
        {
          term: t('audit.proof.head'),
          value: t('audit.proof.headOf', { count: head.size, at: date(new Date(head.at)) }),
        },
        { term: t('audit.public.seal'), value: <Ltr mono>{head.root}</Ltr> },
      ]}
    />
  );
}

function Command({ title, line }: { title: string; line: string }) {
  return (
    <>
      <p>{title}</p>
      <pre class="code pre" dir="ltr">
        npm run salama -- {line}
      </pre>
    </>
  );
}
