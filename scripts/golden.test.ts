import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, recorded, scenarioNames, tell } from './golden.ts';

test('golden: differences are lines, with the side they are on', () => {
  assert.deepEqual(differences('a\nb\nc\n', 'a\nB\nc\nd\n'), ['- b', '+ B', '+ d']);
  assert.deepEqual(differences('a\n', 'a\n'), []);
});

for (const name of scenarioNames()) {
  test(`golden: ${name} tells the story on record`, () => {
    const changed = differences(recorded(name), tell(name));
    const hint = `explain each line, then: npm run golden -- --update ${name}`;
    assert.equal(changed.length, 0, `${name} tells another story; ${hint}\n${changed.join('\n')}`);
  });
}
