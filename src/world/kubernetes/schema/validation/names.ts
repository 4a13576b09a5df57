/** Fidelity: the forms of names, labels, ports and keys, with the messages of apimachinery util/validation (1.32). */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualifiedName})?`;

const qualifiedNameRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

const forms = {
  label: whole(label),
  subdomain: whole(subdomain),
  label1035: whole(label1035),
  qualifiedName: whole(qualifiedName),
  labelValue: whole(labelValue),
};

function wording(rule: string, pattern: string, ...examples: readonly string[]): string {
  const listed = examples.map((example) => `'${example}', `).join(' or ');
  return examples.length === 0
    ? `${rule} (regex used for validation is '${pattern}')`
    : `${rule} (e.g. ${listed}regex used for validation is '${pattern}')`;
}

export function tooLong(bytesMax: number): string {
  return `must be no more than ${bytesMax} bytes`;
}

function formErrors(value: string, bytesMax: number, form: RegExp, message: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > bytesMax) errors.push(tooLong(bytesMax));
  if (!form.test(value)) errors.push(message);
  return errors;
}

/** RFC 1123 label, at most 63 bytes: names of Namespaces and containers. */
export function dns1123LabelErrors(value: string): readonly string[] {
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return formErrors(value, 63, forms.label, wording(rule, label, 'my-name', '123-abc'));
}

/** RFC 1123 subdomain, at most 253 bytes: names of most things. */
export function dns1123SubdomainErrors(value: string): readonly string[] {
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return formErrors(value, 253, forms.subdomain, wording(rule, subdomain, 'example.com'));
}

export function isDns1123Subdomain(value: string): boolean {
  return value.length <= 253 && forms.subdomain.test(value);
}

/** RFC 1035 label: names of Services. */
export function dns1035LabelErrors(value: string): readonly string[] {
  const rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return formErrors(value, 63, forms.label1035, wording(rule, label1035, 'my-name', 'abc-123'));
}

/** Names that may hold almost anything: RBAC. */
export function pathSegmentErrors(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((sign) => value.includes(sign)).map((sign) => `may not contain '${sign}'`);
}

/** Keys of labels, finalizers, extended resources: a name with an optional domain before it. */
export function labelKeyErrors(value: string): readonly string[] {
  const nameRule = wording(qualifiedNameRule, qualifiedName, 'MyName', 'my.name', '123-abc');
  const parts = value.split('/');
  if (parts.length > 2)
    return [
      `a qualified name ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const errors: string[] = [];
  const name = parts[parts.length - 1];
  if (parts.length === 2) {
    if (parts[0] === '') errors.push('prefix part must be non-empty');
    else errors.push(...dns1123SubdomainErrors(parts[0]).map((error) => `prefix part ${error}`));
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push(`name part ${tooLong(63)}`);
  if (!forms.qualifiedName.test(name)) errors.push(`name part ${nameRule}`);
  return errors;
}

export function labelValueErrors(value: string): readonly string[] {
  const rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return formErrors(value, 63, forms.labelValue, wording(rule, labelValue, 'MyValue', 'my_value', '12345'));
}

/** Keys of ConfigMaps and Secrets. */
export function configKeyErrors(value: string): readonly string[] {
  const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  const pattern = '[-._a-zA-Z0-9]+';
  const errors = [
    ...formErrors(value, 253, whole(pattern), wording(rule, pattern, 'key.name', 'KEY_NAME', 'key-name')),
  ];
  if (value === '.') errors.push("must not be '.'");
  if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

export function environmentNameErrors(value: string): readonly string[] {
  const rule =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return /^[ -<>-~]+$/.test(value) ? [] : [rule];
}

export function portNumberErrors(value: number): readonly string[] {
  return value >= 1 && value <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];
}

export function portNameErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 15) errors.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(value))
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** A number or a name of a port. */
export function portErrors(value: number | string): readonly string[] {
  return typeof value === 'number' ? portNumberErrors(value) : portNameErrors(value);
}

export function ipErrors(value: string): readonly string[] {
  const parts = value.split('.');
  const isV4 =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  const isV6 =
    value.includes(':') && /^[0-9a-fA-F:]+(\d+\.\d+\.\d+\.\d+)?$/.test(value) && value.split(':').length <= 8;
  return isV4 || isV6 ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

export function percentErrors(value: string): readonly string[] {
  const rule = "a valid percent string must be a numeric string followed by an ending '%'";
  return /^[0-9]+%$/.test(value) ? [] : [wording(rule, '[0-9]+%', '1%', '93%')];
}
