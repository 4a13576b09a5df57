import type { Check } from '../check.ts';
import type { Path } from '../place.ts';

/** The forms of names that Kubernetes 1.32 accepts (apimachinery `validation.go`). */

const label1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const labelText = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

interface NameForm {
  readonly words: string;
  readonly remedy: string;
  accepts(name: string): boolean;
}

const small = 'Use lower-case letters, digits and "-", with a letter or digit at both ends.';

/** Containers, namespaces. */
export const dnsLabel: NameForm = {
  words: 'a DNS label of at most 63 characters',
  remedy: small,
  accepts: (name) => name.length <= 63 && label1123.test(name),
};

/** Services. */
export const dnsLabelWithLetter: NameForm = {
  words: 'a DNS label of at most 63 characters that begins with a letter',
  remedy: small,
  accepts: (name) => name.length <= 63 && label1035.test(name),
};

/** Most objects. */
export const dnsSubdomain: NameForm = {
  words: 'a DNS name of at most 253 characters',
  remedy: 'Use lower-case letters, digits, "-" and ".", with a letter or digit at both ends.',
  accepts: (name) => name.length <= 253 && name.split('.').every((part) => label1123.test(part)),
};

/** Ports: an IANA service name. */
export const portName: NameForm = {
  words: 'a port name of at most 15 characters with a letter in it',
  remedy: 'Use lower-case letters, digits and single "-", such as http.',
  accepts: (name) => name.length <= 15 && label1123.test(name) && /[a-z]/.test(name) && !name.includes('--'),
};

/** Keys of labels and annotations: a name, and before it a DNS name and a slash if wanted. */
export const qualifiedName: NameForm = {
  words: 'a label key such as app or app.kubernetes.io/name',
  remedy: 'Use letters, digits, "-", "_" and ".", at most 63, after an optional DNS name and "/".',
  accepts(key) {
    const [name, prefix, ...rest] = key.split('/').reverse();
    if (rest.length > 0 || name === '' || name.length > 63 || !labelText.test(name)) return false;
    return prefix === undefined || dnsSubdomain.accepts(prefix);
  },
};

export const labelValue: NameForm = {
  words: 'a label value of at most 63 characters',
  remedy: 'Use letters, digits, "-", "_" and ".", with a letter or digit at both ends.',
  accepts: (value) => value.length <= 63 && labelText.test(value),
};

/** Reports a name that does not have the form. */
export function checkName(check: Check, path: Path, name: string | undefined, form: NameForm): void {
  if (name !== undefined && !form.accepts(name))
    check.error('bad-name', path, `"${name.slice(0, 80)}" is not ${form.words}.`, form.remedy);
}

/** Labels: keys and values. */
export function checkLabels(
  check: Check,
  path: Path,
  labels: Readonly<Record<string, string>> | undefined,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    checkName(check, [...path, key], key, qualifiedName);
    checkName(check, [...path, key], value, labelValue);
  }
}
