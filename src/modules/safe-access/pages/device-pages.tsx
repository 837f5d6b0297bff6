import type { ComponentChildren } from 'preact';
import {
  Actions,
  Button,
  Callout,
  Card,
  Details,
  Field,
  Form,
  type IconName,
  OptionGroup,
} from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import { DEVICE_KINDS, type Device, type DeviceKind, type Profile } from '../index.ts';
import type { Place } from './child-page.tsx';
import { CopyValue, DoneNote, QrCode, Refusal, Tap, useWords } from './parts.tsx';
import { ComputerField, PhoneDone, PhoneField, PhoneList, PhoneProfile, RouterPicture } from './pictures.tsx';

const ICONS: Record<DeviceKind, IconName> = {
  android: 'smartphone',
  iphone: 'tablet-smartphone',
  windows: 'monitor',
  mac: 'laptop',
  linux: 'terminal',
  router: 'router',
  other: 'tv',
};

/** Which device: one question. */
export function AddDevicePage(props: { place: Place; child: Profile; label: string; error?: string | undefined }) {
  const { t } = useWords();
  return (
    <Form action={`${props.place.at}/device`}>
      <OptionGroup
        heading
        name="kind"
        legend={t('safe-access.family.device.which', { name: props.child.label })}
        hint={t('safe-access.family.device.whichHint')}
        {...(props.error ? { error: props.error } : {})}
        options={DEVICE_KINDS.map((kind) => ({
          value: kind,
          title: t(`safe-access.family.kind.${kind}`),
          icon: ICONS[kind],
        }))}
      />
      <Details summary={t('safe-access.family.device.wholeHome')}>
        <p>{t('safe-access.family.device.wholeHomeRouter')}</p>
        <p>{t('safe-access.family.device.wholeHomeLine')}</p>
      </Details>
      <Field
        name="label"
        label={t('safe-access.family.device.label')}
        hint={t('safe-access.family.device.labelHint')}
        value={props.label}
        maxLength={60}
        width="half"
        optional
      />
      <Actions>
        <Button iconEnd="arrow-right">{t('safe-access.family.next')}</Button>
        <Button href={props.place.at} variant="secondary">
          {t('safe-access.family.back')}
        </Button>
      </Actions>
    </Form>
  );
}

interface Step {
  picture?: ComponentChildren;
  text: string;
  more?: ComponentChildren;
}

function Pictured(props: { steps: readonly Step[] }) {
  return (
    <ol class="steps pictured">
      {props.steps.map((step, i) => (
        <li key={i}>
          <div class="step">
            <p>{step.text}</p>
            {step.picture}
            {step.more}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** What to do on the device, in pictures; and the way to the test. */
export function DeviceStepsPage(props: {
  place: Place;
  child: Profile;
  device: Device;
  /** For the device itself: the test, opened there. */
  checkUrl: string;
  profileUrl: string;
  signed: boolean;
  done: Done | undefined;
  error?: string | undefined;
}) {
  const { t, lang } = useWords();
  const { place, device } = props;
  return (
    <>
      <DoneNote done={props.done} />
      <Refusal error={props.error} />
      <h1>{t(`safe-access.family.steps.${device.kind}.title`)}</h1>
      <p class="lead">
        <bdi>{device.label}</bdi> · <bdi>{props.child.label}</bdi>
      </p>
      <Pictured steps={useSteps(props)} />
      {(device.kind === 'iphone' || device.kind === 'mac') && !props.signed && (
        <Callout tone="warn">
          <p>{t('safe-access.family.steps.unsigned')}</p>
        </Callout>
      )}
      <Card title={t('safe-access.family.check.title')} icon="circle-check">
        <p>{t('safe-access.family.check.there')}</p>
        <QrCode text={props.checkUrl} label={t('safe-access.family.check.qr')} />
        <CopyValue id="check-url" value={props.checkUrl} label={t('safe-access.family.check.address')} />
        <Button href={`/${lang}/check/${device.id}`} variant="secondary" icon="circle-check">
          {t('safe-access.family.check.here')}
        </Button>
      </Card>
      <Callout tone="help" icon="lock-keyhole-open">
        <p>{t('safe-access.family.steps.secret')}</p>
        <p>
          <a class="link" href={`${place.at}/device/${device.id}/new-address`}>
            {t('safe-access.family.device.lost')}
          </a>
        </p>
      </Callout>
      <Details summary={t('safe-access.family.device.rename')} open={props.error !== undefined}>
        <Form action={`${place.at}/device/${device.id}/name`}>
          <Field
            name="label"
            label={t('safe-access.family.device.label')}
            hint={t('safe-access.family.device.labelHint')}
            value={device.label}
            maxLength={60}
            width="half"
            required
          />
          <Button variant="secondary">{t('safe-access.family.save')}</Button>
        </Form>
      </Details>
      <Actions>
        <Button href={place.at}>{t('safe-access.family.device.done')}</Button>
        <Tap action={`${place.at}/device/${device.id}/revoke`} variant="quiet" icon="trash">
          {t('safe-access.family.device.revoke')}
        </Tap>
      </Actions>
    </>
  );
}

/** Before a device gets another address: what ends, and what has to be done again. */
export function NewAddressPage(props: { place: Place; device: Device }) {
  const { t } = useWords();
  const at = `${props.place.at}/device/${props.device.id}`;
  return (
    <>
      <h1>{t('safe-access.family.device.newAddressTitle')}</h1>
      <p class="lead">
        <bdi>{props.device.label}</bdi>
      </p>
      <ul class="sentences">
        <li>{t('safe-access.family.device.newAddressEnds')}</li>
        <li>{t('safe-access.family.device.newAddressAgain')}</li>
        <li>{t('safe-access.family.device.newAddressGone')}</li>
      </ul>
      <Form action={`${at}/new-address`}>
        <Actions>
          <Button icon="refresh-cw">{t('safe-access.family.device.newAddress')}</Button>
          <Button href={at} variant="secondary">
            {t('safe-access.family.back')}
          </Button>
        </Actions>
      </Form>
    </>
  );
}

function useSteps(props: { device: Device; profileUrl: string }): Step[] {
  const { t } = useWords();
  const { device } = props;
  const dot = <CopyValue id="dot-name" value={device.dotName} label={t('safe-access.family.steps.name')} />;
  const doh = <CopyValue id="doh-url" value={device.dohUrl} label={t('safe-access.family.steps.address')} />;
  switch (device.kind) {
    case 'android':
      return [
        { text: t('safe-access.family.steps.android.1'), picture: <PhoneList chosen={0} /> },
        { text: t('safe-access.family.steps.android.2'), picture: <PhoneList chosen={2} /> },
        { text: t('safe-access.family.steps.android.3'), picture: <PhoneField />, more: dot },
        { text: t('safe-access.family.steps.android.4'), picture: <PhoneDone /> },
      ];
    case 'iphone':
    case 'mac':
      return [
        {
          text: t(`safe-access.family.steps.${device.kind}.1`),
          more: (
            <>
              <Button href={props.profileUrl} icon="download" download>
                {t('safe-access.family.steps.download')}
              </Button>
              <p class="hint">{t('safe-access.family.steps.downloadHint')}</p>
            </>
          ),
        },
        {
          text: t(`safe-access.family.steps.${device.kind}.2`),
          picture: device.kind === 'mac' ? <ComputerField /> : <PhoneProfile />,
        },
        { text: t(`safe-access.family.steps.${device.kind}.3`), picture: <PhoneDone /> },
      ];
    case 'windows':
      return [
        { text: t('safe-access.family.steps.windows.1'), picture: <ComputerField /> },
        { text: t('safe-access.family.steps.windows.2') },
        { text: t('safe-access.family.steps.windows.3'), more: doh },
        { text: t('safe-access.family.steps.windows.4') },
      ];
    case 'router':
      return [
        { text: t('safe-access.family.steps.router.1'), picture: <RouterPicture /> },
        { text: t('safe-access.family.steps.router.2'), more: dot },
        { text: t('safe-access.family.steps.router.3'), more: doh },
        { text: t('safe-access.family.steps.router.4') },
      ];
    case 'linux':
    case 'other':
      return [
        { text: t(`safe-access.family.steps.${device.kind}.1`), picture: <ComputerField /> },
        { text: t(`safe-access.family.steps.${device.kind}.2`), more: dot },
        { text: t(`safe-access.family.steps.${device.kind}.3`), more: doh },
      ];
  }
}

export type CheckResult = 'waiting' | 'works' | 'not-here';

/**
 * Opened on the device itself. Its first showing makes the browser ask for a word of our own; the second one says whether
 * that question came to us. Reloading does it without a script.
 */
export function CheckPage(props: { device: string; result: CheckResult; probe: string; again: string }) {
  const { t, lang } = useWords();
  const { result } = props;
  const tone = result === 'works' ? 'done' : result === 'not-here' ? 'warn' : 'help';
  return (
    <>
      <h1>{t('safe-access.family.check.title')}</h1>
      <Callout tone={tone} live title={t(`safe-access.family.check.${result}.title`)}>
        <p>{t(`safe-access.family.check.${result}.text`)}</p>
      </Callout>
      {result === 'waiting' && <img class="probe" src={props.probe} alt="" width="1" height="1" />}
      {result === 'not-here' && (
        <ul class="sentences">
          <li>{t('safe-access.family.check.try1')}</li>
          <li>{t('safe-access.family.check.try2')}</li>
          <li>{t('safe-access.family.check.try3')}</li>
        </ul>
      )}
      <Actions>
        <Button href={props.again} icon="refresh-cw">
          {t(result === 'waiting' ? 'safe-access.family.check.look' : 'safe-access.family.check.again')}
        </Button>
        <Button href={`/${lang}/family`} variant="secondary">
          {t('safe-access.family.check.home')}
        </Button>
      </Actions>
    </>
  );
}
