import type { ComponentChildren } from 'preact';

/* Drawings of our own: a few lines each, in the colours of the page. They stand beside words that say the same. */

function Drawing(props: { width: number; height: number; children: ComponentChildren }) {
  return (
    <svg
      class="drawing"
      viewBox={`0 0 ${props.width} ${props.height}`}
      width={props.width}
      height={props.height}
      aria-hidden="true"
      focusable="false"
    >
      {props.children}
    </svg>
  );
}

/** A house with people of two sizes, and a telephone at the door. */
export function FamilyPicture() {
  return (
    <Drawing width={320} height={150}>
      <path class="d-soft" d="M60 72 160 18l100 54v66H60z" />
      <path class="d-line" d="M48 78 160 18l112 60" />
      <path class="d-line" d="M72 66v72h176V66" />
      <circle class="d-green" cx="124" cy="84" r="11" />
      <path class="d-green" d="M104 138v-18a20 20 0 0 1 40 0v18z" />
      <circle class="d-saffron" cx="172" cy="100" r="9" />
      <path class="d-saffron" d="M157 138v-12a15 15 0 0 1 30 0v12z" />
      <rect class="d-fill" x="206" y="98" width="20" height="36" rx="4" />
      <path class="d-line" d="M206 98h20v36h-20zM213 128h6" />
      <path class="d-line" d="M34 138h252" />
    </Drawing>
  );
}

/** One row of a screen: a word as a bar, the chosen one in green. */
function Row(props: { y: number; on?: boolean; w?: number }) {
  return (
    <>
      <rect class={props.on ? 'd-greensoft' : 'd-fill'} x="14" y={props.y} width="92" height="20" rx="5" />
      <rect class={props.on ? 'd-green' : 'd-muted'} x="20" y={props.y + 8} width={props.w ?? 46} height="4" rx="2" />
      {props.on && <circle class="d-green" cx="96" cy={props.y + 10} r="5" />}
    </>
  );
}

function Phone(props: { children: ComponentChildren }) {
  return (
    <Drawing width={120} height={190}>
      <rect class="d-frame" x="6" y="4" width="108" height="182" rx="14" />
      <path class="d-line" d="M50 14h20" />
      {props.children}
    </Drawing>
  );
}

/** Settings: the list, with one row to tap. */
export function PhoneList(props: { chosen: 0 | 1 | 2 | 3 }) {
  return (
    <Phone>
      <rect class="d-muted" x="14" y="28" width="56" height="6" rx="3" />
      {[0, 1, 2, 3].map((i) => (
        <Row key={i} y={46 + i * 28} on={i === props.chosen} w={[46, 58, 40, 52][i] ?? 46} />
      ))}
    </Phone>
  );
}

/** A field in which something is pasted. */
export function PhoneField() {
  return (
    <Phone>
      <rect class="d-muted" x="14" y="34" width="70" height="6" rx="3" />
      <rect class="d-frame" x="14" y="58" width="92" height="30" rx="6" />
      <rect class="d-green" x="22" y="70" width="66" height="5" rx="2" />
      <path class="d-line" d="M94 64v18" />
      <rect class="d-green" x="54" y="110" width="52" height="24" rx="8" />
      <rect class="d-white" x="66" y="120" width="28" height="4" rx="2" />
    </Phone>
  );
}

/** Done: a tick. */
export function PhoneDone() {
  return (
    <Phone>
      <circle class="d-greensoft" cx="60" cy="92" r="34" />
      <path class="d-tick" d="M44 93l11 12 21-25" />
    </Phone>
  );
}

/** A downloaded profile waits in the settings of an iPhone. */
export function PhoneProfile() {
  return (
    <Phone>
      <rect class="d-greensoft" x="14" y="34" width="92" height="40" rx="8" />
      <path class="d-line" d="M26 54h8m-4-8v16m-4-4 4 4 4-4" />
      <rect class="d-green" x="44" y="46" width="50" height="5" rx="2" />
      <rect class="d-muted" x="44" y="57" width="36" height="4" rx="2" />
      <Row y={92} />
      <Row y={120} w={58} />
    </Phone>
  );
}

/** A window of a computer with one line filled in. */
export function ComputerField() {
  return (
    <Drawing width={220} height={150}>
      <rect class="d-frame" x="6" y="6" width="208" height="138" rx="10" />
      <path class="d-line" d="M6 30h208" />
      <circle class="d-muted" cx="20" cy="18" r="3" />
      <circle class="d-muted" cx="32" cy="18" r="3" />
      <rect class="d-muted" x="22" y="46" width="70" height="5" rx="2" />
      <rect class="d-frame" x="22" y="60" width="176" height="24" rx="6" />
      <rect class="d-green" x="30" y="70" width="120" height="5" rx="2" />
      <rect class="d-green" x="136" y="104" width="62" height="24" rx="8" />
      <rect class="d-white" x="150" y="114" width="34" height="4" rx="2" />
    </Drawing>
  );
}

/** A router with its aerials, and a house behind it. */
export function RouterPicture() {
  return (
    <Drawing width={220} height={130}>
      <path class="d-soft" d="M30 60 110 20l80 40v14H30z" />
      <path class="d-line" d="M62 84V44m96 40V44" />
      <rect class="d-frame" x="44" y="84" width="132" height="34" rx="10" />
      <circle class="d-green" cx="64" cy="101" r="4" />
      <circle class="d-green" cx="80" cy="101" r="4" />
      <circle class="d-saffron" cx="96" cy="101" r="4" />
      <path class="d-line" d="M96 58a20 20 0 0 1 28 0M102 67a11 11 0 0 1 16 0" />
    </Drawing>
  );
}
