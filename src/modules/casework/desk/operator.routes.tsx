import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { auditName, authorize } from '../../identity/index.ts';
import { FiledPage, OperatorPage } from '../pages/operator-page.tsx';
import { dialled } from '../pages/words.tsx';
import { type DeskDeps, door, RECORD, show } from './context.ts';
import { bodyOf, type FormErrors } from './forms.ts';
import { emptyOperatorForm, type OperatorField, type OperatorTyped, parseOperatorForm } from './operator-form.ts';

const PATH = '/desk/report/new';

/** `/desk/report/new`: staff file for somebody who calls, and read the follow-up number out. */
export function operatorRoutes(deps: DeskDeps) {
  const { platform, reporting, country } = deps;

  const newFormId = () => platform.random.bytes(18).toString('base64url');

  function form(
    req: FastifyRequest,
    reply: FastifyReply,
    typed: OperatorTyped,
    errors: FormErrors<OperatorField>,
    status: number,
  ) {
    const body = (
      <OperatorPage
        typed={typed}
        errors={errors}
        categories={country.categories()}
        platforms={country.platforms()}
        lines={dialled(req.tr, country.barLines())}
      />
    );
    return show(req, reply, {
      room: 'new-report',
      title: req.tr.t('casework.operator.title'),
      path: PATH,
      body,
      status,
    });
  }

  return async (app: FastifyInstance) => {
    app.get(PATH, door(deps, 'report.intake.operator'), async (req, reply) =>
      form(req, reply, emptyOperatorForm(newFormId(), req.lang), {}, 200),
    );

    app.post(PATH, door(deps, 'report.intake.operator'), async (req, reply) => {
      authorize(req.actor, 'report.intake.operator', RECORD);
      const { typed, errors, input } = parseOperatorForm(bodyOf(req), auditName(req.actor), reporting.addresses);
      if (!input) return form(req, reply, errors.form ? { ...typed, formId: newFormId() } : typed, errors, 400);
      try {
        const { receipt } = await reporting.submit(input);
        const body = <FiledPage receipt={receipt} danger={input.danger} />;
        // The number stands in this answer only: no address shows it again.
        return show(req, reply, { room: 'new-report', title: req.tr.t('casework.operator.filed'), path: PATH, body });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'REPORTING_IDEMPOTENCY_CONFLICT') throw error;
        const fresh = { ...typed, formId: newFormId() };
        return form(req, reply, fresh, { form: { key: 'casework.operator.error.sent' } }, 409);
      }
    });
  };
}
