import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Compiled, codes, compileText, deployed, modelled, only, own } from './manifests.cases.ts';

function chain(
  calls: { readonly web: object; readonly api: object; readonly users?: object },
  name = 'POST /orders',
): Compiled {
  return compileText(
    deployed('web') +
      deployed('api') +
      deployed('db') +
      modelled('web', { endpoints: [{ name: 'GET /', steps: [{ call: `api/${name}`, ...calls.web }] }] }) +
      modelled('api', { endpoints: [{ name, steps: [{ call: 'db/query', ...calls.api }] }] }) +
      modelled('db', { endpoints: [{ name: 'query', steps: [{ cpu: '1ms' }] }] }) +
      own('Traffic', 'users', { target: { service: 'web' }, client: calls.users ?? {}, open: { rate: 1 } }),
  );
}

test('waiting longer than one’s own caller is a warning, unless the deadline is passed on', () => {
  const warned = chain({ web: { timeout: '1s' }, api: { timeout: '2s' } });
  assert.deepEqual(codes(warned, 'warning'), ['timeout-longer-than-caller']);
  assert.match(
    only(warned, 'timeout-longer-than-caller').message,
    /api\/POST \/orders waits 2s for db\/query, but its own callers wait only 1s/,
  );
  assert.deepEqual(
    codes(chain({ web: { timeout: '1s' }, api: { timeout: '2s', deadline: 'propagate' } }), 'warning'),
    [],
  );
  assert.deepEqual(codes(chain({ web: { timeout: '2s' }, api: { timeout: '1s' } }), 'warning'), []);
});

test('a hedged write, and a hedge after the timeout', () => {
  const hedge = { after: '2s' };
  assert.deepEqual(codes(chain({ web: { hedge }, api: {} }), 'warning'), ['hedge-not-idempotent']);
  assert.deepEqual(codes(chain({ web: { hedge }, api: {} }, 'GET /orders'), 'warning'), []);
  assert.deepEqual(codes(chain({ web: { hedge, timeout: '1s' }, api: {} }, 'GET /orders'), 'warning'), [
    'hedge-after-timeout',
  ]);
});

test('retries that multiply over layers are told once, where they begin', () => {
  const retries = { max: 3 };
  const storm = chain({ users: { retries }, web: { retries }, api: { retries } });
  const { message, resource } = only(storm, 'retries-multiply');
  assert.match(message, /can become 64 at db\/query \(through web\/GET \/ and api\/POST \/orders\)/);
  assert.equal(resource, 'Traffic users');
  assert.deepEqual(codes(chain({ web: { retries: { max: 20 } }, api: {} }), 'warning'), []);
  const budget = { ratio: '10%' };
  assert.deepEqual(
    codes(
      chain({ users: { retries }, web: { retries: { ...retries, budget } }, api: { retries } }),
      'warning',
    ),
    [],
  );
});

test('hashing without keys', () => {
  const compiled = chain({ web: { balancer: 'consistentHash' }, api: {} });
  assert.match(only(compiled, 'keys-missing').message, /all go to one replica/);
});

test('a processor shared by everybody without end', () => {
  const shared = (runtime: object, limit?: string): string[] =>
    codes(
      compileText(
        deployed('web', limit === undefined ? {} : { limit }) +
          modelled('web', {
            runtime: { model: 'processorSharing', ...runtime },
            endpoints: [{ name: 'GET /', steps: [] }],
          }),
      ),
      'warning',
    );
  assert.deepEqual(shared({}), ['cores-without-limit']);
  assert.deepEqual(shared({ cores: 2 }), []);
  assert.deepEqual(shared({}, '1'), []);
});
