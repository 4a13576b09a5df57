import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostPortsInUse, hostPortsOf } from './host-ports.ts';

test('ports collide by protocol, number and address', () => {
  const inUse = new HostPortsInUse();
  inUse.add({ port: 'TCP/80', address: '10.0.0.1' });
  inUse.add({ port: 'UDP/53', address: '0.0.0.0' });
  const cases: readonly [string, string, boolean][] = [
    ['TCP/80', '10.0.0.1', true],
    ['TCP/80', '10.0.0.2', false],
    ['TCP/80', '0.0.0.0', true],
    ['UDP/80', '10.0.0.1', false],
    ['UDP/53', '10.0.0.9', true],
    ['TCP/53', '10.0.0.9', false],
  ];
  for (const [port, address, collides] of cases)
    assert.equal(inUse.collides({ port, address }), collides, `${port} ${address}`);
  inUse.remove({ port: 'UDP/53', address: '0.0.0.0' });
  assert.equal(inUse.collides({ port: 'UDP/53', address: '10.0.0.9' }), false);
});

test('only host ports count, of containers and sidecars', () => {
  const ports = hostPortsOf({
    containers: [{ name: 'a', ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 8081 }] }],
    initContainers: [
      { name: 'i', ports: [{ containerPort: 1, hostPort: 1 }] },
      {
        name: 's',
        restartPolicy: 'Always',
        ports: [{ containerPort: 2, hostPort: 2, hostIP: '10.0.0.1', protocol: 'UDP' }],
      },
    ],
  });
  assert.deepEqual(ports, [
    { port: 'UDP/2', address: '10.0.0.1' },
    { port: 'TCP/8081', address: '0.0.0.0' },
  ]);
});
