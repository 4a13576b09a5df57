import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorded, scenarioNames, tell } from './golden.ts';

for (const name of scenarioNames()) {
  test(`golden: ${name} tells the story on record`, () => {
    const hint = `${name} tells another story; explain each line, then: npm run golden -- --update ${name}`;
    const told = tell(name);
    if (told !== recorded(name)) console.error(hint);
    assert.equal(told, recorded(name));
  });
}
