// `npm run test:kubectl`: drives the kubectl on the PATH against a live cluster on a random port. Where there is none, says so
// and passes; with CI in the environment or `--required` it fails.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiListener, listen } from '../../apps/live/api-listener.ts';
import { Pacer } from '../../apps/live/pacer.ts';
import { type Answer, Kubectl, kubectlVersion } from './kubectl.ts';
import { type LiveCluster, liveCluster } from './live-cluster.ts';
import { extra, store, widget, widgetDefinition } from './manifests.ts';

const version = kubectlVersion();
const isRequired = process.env['CI'] !== undefined || process.argv.includes('--required');
const skip = version === null && !isRequired ? 'there is no kubectl on the PATH' : false;
/** Virtual seconds for each real one: roll-outs take moments. */
const speed = 30;

describe('kubectl against a live cluster', { skip, concurrency: false }, () => {
  let live: LiveCluster;
  let listener: ApiListener;
  let pacer: Pacer;
  let kubectl: Kubectl;
  let pacing: Promise<void>;

  before(async () => {
    assert.ok(version !== null, 'kubectl is required and was not found on the PATH');
    live = liveCluster();
    listener = await listen(live.session, 0);
    pacer = new Pacer(live.session, { speed, paused: false, progressed: () => {} });
    pacing = pacer.run();
    kubectl = new Kubectl(listener.port);
  });

  after(async () => {
    pacer?.stop();
    await pacing;
    await listener?.close();
    kubectl?.remove();
  });

  const words = (line: string) => line.match(/(?:'[^']*'|[^\s'])+/g)!.map((word) => word.replaceAll("'", ''));

  /** Runs a command that must succeed; its output. */
  async function k(line: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const answer = await kubectl.ask(words(line), environment);
    assert.equal(answer.code, 0, `kubectl ${line}\n${answer.out}${answer.err}`);
    return answer.out;
  }

  /** Runs a command that must fail. */
  async function refused(line: string): Promise<Answer> {
    const answer = await kubectl.ask(words(line));
    assert.notEqual(answer.code, 0, `kubectl ${line} is refused, and said: ${answer.out}`);
    return answer;
  }

  async function says(line: string, pattern: RegExp): Promise<string> {
    const out = await k(line);
    assert.match(out, pattern, `kubectl ${line}`);
    return out;
  }

  test('version and discovery', async () => {
    await says('version', /Server Version: v1\.32\.0/);
    await says('api-resources -o wide', /deployments +deploy +apps\/v1 +true +Deployment +create,delete/);
    await says('api-versions', /autoscaling\/v2[\s\S]*metrics\.k8s\.io\/v1beta1/);
    await says('cluster-info', /is running at/);
    await says('get --raw /readyz', /^ok$/);
    await says('get --raw /livez?verbose', /livez check passed/);
  });

  test('generators create', async () => {
    await k('create namespace shop');
    await k('create deployment web --image=web:1 --replicas=3');
    await k('create job pi --image=pi:1 -- compute');
    await k("create cronjob nightly --image=sweep:1 --schedule='0 3 * * *'");
    await k('create job by-hand --from=cronjob/nightly');
    await k('create configmap colours --from-literal=sky=blue');
    await k('create secret generic password --from-literal=word=open');
    await k('create secret docker-registry pull --docker-server=r --docker-username=u --docker-password=p');
    await k('create service clusterip front --tcp=80:8080');
    await k('create service nodeport door --tcp=80:8080');
    await k('create ingress gate --rule=shop.example/*=front:80');
    await k('create pdb web --selector=app=web --min-available=2');
    await k('create quota limits --hard=pods=50,requests.cpu=10 -n shop');
    await k('create role reader --verb=get,list --resource=pods');
    await k('create rolebinding readers --role=reader --user=ada');
    await k('create clusterrole watcher --verb=watch --resource=nodes');
    await k('create clusterrolebinding watchers --clusterrole=watcher --group=ops');
    await k('create serviceaccount robot');
    await k('create priorityclass urgent --value=1000 --description=first');
    await says('create token robot --duration=10m', /robot/);
    await k('run solo --image=solo:1 --port=80');
    await k('expose deployment web --port=80 --target-port=8080');
    await k('autoscale deployment web --min=2 --max=8 --cpu-percent=70');
    await k('rollout status deployment/web --timeout=25s');
    await k('wait --for=condition=Ready pod/solo --timeout=25s');
  });

  test('get in every form', async () => {
    await says('get pods -A -o wide', /default +solo +1\/1 +Running +0 +\S+ +10\.\S+ +general-\d/);
    await says('get nodes -o wide', /general-0 +Ready +<none> +\S+ +v1\.32\.0 +10\.0\.0\.10/);
    await says('get deployment web', /web +3\/3 +3 +3/);
    await says('get deployment web -o yaml', /kind: Deployment\nmetadata:/);
    const pods = JSON.parse(await k('get pods -o json')) as { items: { kind: string }[] };
    assert.equal(
      pods.items.every(({ kind }) => kind === 'Pod'),
      true,
    );
    await says("get pods -l app=web -o jsonpath='{.items[*].metadata.name}'", /^web-\S+ web-\S+ web-\S+$/);
    await says(
      "get pods -l 'app in (web,none)' --field-selector status.phase=Running -o name",
      /^(pod\/web-\S+\n){3}$/,
    );
    await says('get pods --field-selector metadata.name=solo --no-headers', /^solo [^\n]+\n$/);
    const chunked = await k('get pods --chunk-size=2 -o name');
    assert.equal(chunked, await k('get pods -o name'));
    await says('get all', /deployment\.apps\/web/);
    await says(
      'get deploy,rs,svc,hpa,pdb,quota,cm,secret,ing,cj,job,role,rolebinding,sa -A',
      /horizontalpodautoscaler\.autoscaling\/web/,
    );
    await says(
      'get ns,node,pv,sc,priorityclass,clusterrole,crd,cs,lease -A',
      /priorityclass\.scheduling\.k8s\.io\/urgent +1000/,
    );
    await says('get hpa web', /Deployment\/web +cpu: .*\/70% +2 +8/);
    await says(
      'get pods solo -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image',
      /solo +solo:1/,
    );
    await says('get pods --sort-by=.metadata.name --show-labels', /run=solo/);
    assert.match((await refused('get pods nobody')).err, /pods "nobody" not found/);
    assert.match((await refused('get nothings')).err, /the server doesn't have a resource type "nothings"/);
    assert.match((await refused("get pods -l 'a b'")).err, /unable to parse requirement/);
    assert.match(
      (await refused('get pods --field-selector spec.colour=red')).err,
      /field label not supported/,
    );
  });

  test('watch sees what comes', async () => {
    await k('create configmap seen -n shop --from-literal=a=1');
    const child = kubectl.start(['get', 'configmaps', '--watch', '--output-watch-events', '-n', 'shop']);
    let seen = '';
    child.stdout!.on('data', (chunk) => (seen += chunk));
    const until = async (pattern: RegExp) => {
      for (let turn = 0; turn < 200 && !pattern.test(seen); turn++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.match(seen, pattern);
    };
    try {
      await until(/ADDED +seen +1/);
      await k(`patch configmap seen -n shop -p '{"data":{"b":"2"}}'`);
      await until(/MODIFIED +seen +2/);
      await k('delete configmap seen -n shop');
      await until(/DELETED +seen/);
    } finally {
      child.kill();
    }
  });

  test('describe of every kind', async () => {
    await says(
      'describe node general-0',
      /Lease:[\s\S]*HolderIdentity: +general-0[\s\S]*Allocated resources/,
    );
    await says('describe pod solo', /Status: +Running[\s\S]*Events:[\s\S]*Scheduled/);
    await says('describe deployment web', /OldReplicaSets:[\s\S]*Scaled up replica set/);
    await says('describe service front', /Endpoints/);
    const kinds =
      'rs,svc,hpa,pdb,cm,secret,ing,cj,job,role,rolebinding,sa,endpointslices,endpoints,priorityclass,clusterrole,clusterrolebinding,ns,lease';
    await k(`describe ${kinds}`);
    await says('describe quota limits -n shop', /pods +\d+ +50/);
    // From here on nobody but the test scales.
    await says('delete hpa web', /deleted/);
  });

  test('explain', async () => {
    await says('explain deployment', /VERSION: +v1/);
    await says('explain deployment.spec.strategy', /rollingUpdate/);
    await says('explain pod.spec.containers.resources', /limits/);
    await k('explain hpa.spec --recursive');
  });

  test('apply, diff, replace, edit', async () => {
    const file = kubectl.file('store.yaml', store);
    await says(`apply -f ${file}`, /deployment\.apps\/store created/);
    await says(`apply -f ${file}`, /deployment\.apps\/store unchanged/);
    const changed = kubectl.file('changed.yaml', store.replace('replicas: 2', 'replicas: 3'));
    const diff = await kubectl.ask(['diff', '-f', changed]);
    assert.equal(diff.code, 1, diff.err);
    assert.match(diff.out, /\+ +replicas: 3/);
    await says(`apply -f ${changed} --dry-run=server`, /configured \(server dry run\)/);
    await says('get deployment store -o jsonpath={.spec.replicas}', /^2$/);
    await says(`apply -f ${changed}`, /deployment\.apps\/store configured/);
    await says(`apply --server-side --force-conflicts -f ${changed}`, /serverside-applied/);
    await says('apply view-last-applied deployment/store', /replicas: 3/);
    assert.match((await refused(`apply --server-side --field-manager=other -f ${file}`)).err, /conflict/);
    await says(`replace -f ${file}`, /deployment\.apps\/store replaced/);
    const editor = kubectl.file('editor.sh', '#!/bin/sh\nsed -i "s/color: blue/color: green/" "$1"\n', 0o700);
    await k('edit configmap settings', { KUBE_EDITOR: editor });
    await says('get configmap settings -o jsonpath={.data.color}', /^green$/);
    await k(`apply -f ${kubectl.file('extra.yaml', extra)}`);
    await says(`apply -f ${changed} --prune -l app=store`, /configmap\/extra pruned/);
    const bad = kubectl.file('bad.yaml', store.replace('replicas: 2', 'replicsa: 2'));
    assert.match((await refused(`apply -f ${bad}`)).err, /unknown field "spec\.replicsa"/);
    await says(`delete -f ${changed}`, /service "store" deleted/);
  });

  test('patch, scale, set, label, annotate, taint', async () => {
    await says(
      `patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}'`,
      /patched/,
    );
    await says(`patch deployment web --type=merge -p '{"metadata":{"labels":{"tier":"front"}}}'`, /patched/);
    await says(
      `patch deployment web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":3}]'`,
      /patched/,
    );
    await says(
      `patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":4}}'`,
      /patched/,
    );
    await says('scale deployment web --replicas=3 --current-replicas=4', /scaled/);
    await says('set image deployment/web web=web:2', /updated/);
    await says('set resources deployment/web --requests=cpu=50m,memory=32Mi', /updated/);
    await says('set env deployment/web COLOUR=blue', /updated/);
    await says('set serviceaccount deployment/web robot', /updated/);
    await says('label pod solo size=small', /labeled/);
    await says('label pod solo size-', /unlabeled/);
    await says('annotate pod solo note=hello', /annotated/);
    await says('taint nodes general-0 lease=short:NoSchedule', /tainted/);
    await says('taint nodes general-0 lease-', /untainted/);
  });

  test('rollout', async () => {
    await says('rollout status deployment/web --timeout=25s', /successfully rolled out/);
    await says('rollout history deployment/web', /REVISION/);
    await says('rollout history deployment/web --revision=1', /web:1/);
    await says('rollout undo deployment/web --to-revision=1', /rolled back/);
    await says('rollout status deployment/web --timeout=25s', /successfully rolled out/);
    await says('get deployment web -o jsonpath={.spec.template.spec.containers[0].image}', /^web:1$/);
    await says('rollout restart deployment/web', /restarted/);
    await says('rollout pause deployment/web', /paused/);
    await says('rollout resume deployment/web', /resumed/);
    await says('rollout status deployment/web --timeout=25s', /successfully rolled out/);
  });

  test('logs, top, events', async () => {
    await k('logs solo --tail=5 --timestamps');
    await k('logs -l app=web --prefix');
    await k('logs deployment/web --since=1h');
    assert.match(
      (await refused('logs solo --previous')).err,
      /previous terminated container "solo" in pod "solo" not found/,
    );
    assert.match((await refused('logs solo -c nobody')).err, /container nobody is not valid for pod solo/);
    const follower = kubectl.ask(['logs', '-f', 'solo']);
    await says('top nodes', /general-0 +1500m/);
    await says('top pods --containers', /solo +solo +500m/);
    await says('events --for pod/solo', /Scheduled/);
    await says('get events --sort-by=.lastTimestamp', /Started/);
    await says('delete pod solo --grace-period=1', /deleted/);
    assert.equal((await follower).code, 0, 'a followed log ends with its pod');
  });

  test('wait, auth and what can not be', async () => {
    await says('wait --for=condition=Available deployment/web --timeout=25s', /condition met/);
    await says(
      "wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/web --timeout=25s",
      /condition met/,
    );
    await says('auth can-i create deployments', /^yes/);
    await says('auth can-i --list', /\*\.\*/);
    await says('auth whoami', /simulation-operator/);
    const pod = (await k('get pods -l app=web -o name')).split('\n')[0]!;
    assert.match((await refused(`exec ${pod} -- ls`)).err, /simulated/);
    assert.match((await refused(`port-forward ${pod} 0:80`)).err, /simulated/);
    assert.match((await refused(`attach ${pod}`)).err, /simulated/);
  });

  test('cordon, drain, uncordon', async () => {
    await says('cordon general-1', /cordoned/);
    await says('get node general-1', /Ready,SchedulingDisabled/);
    await says('drain general-1 --ignore-daemonsets --delete-emptydir-data --force --timeout=25s', /drained/);
    await says(
      'get pods -A --field-selector spec.nodeName=general-1,status.phase=Running --no-headers --ignore-not-found',
      /^$/,
    );
    await says('uncordon general-1', /uncordoned/);
  });

  test('definitions and their instances', async () => {
    await says(`apply -f ${kubectl.file('definition.yaml', widgetDefinition)}`, /created/);
    await says('wait --for=condition=Established crd/widgets.example.com --timeout=10s', /condition met/);
    const file = kubectl.file('widget.yaml', widget);
    await says(`apply -f ${file}`, /widget\.example\.com\/round created/);
    await says('get wd', /round +3/);
    await says('scale widget round --replicas=5', /scaled/);
    await says(`patch widget round --type=merge -p '{"spec":{"color":"blue"}}'`, /patched/);
    await says('get widget round -o jsonpath={.spec.size}{.spec.color}', /^5blue$/);
    await says('describe widget round', /Kind: +Widget/);
    await says('explain widget.spec', /color/);
    assert.match(
      (await refused(`apply -f ${kubectl.file('wrong.yaml', widget.replace('size: 3', 'size: many'))}`)).err,
      /spec\.size/,
    );
    await says('delete crd widgets.example.com', /deleted/);
    assert.match(
      (await refused('get widgets')).err,
      /doesn't have a resource type|could not find the requested resource/,
    );
  });

  test('what is wrong is refused as a cluster refuses it', async () => {
    assert.match(
      (await refused('create deployment web --image=x')).err,
      /deployments\.apps "web" already exists/,
    );
    assert.match((await refused('create deployment Web_1 --image=x')).err, /metadata\.name: Invalid value/);
    assert.match(
      (await refused('create configmap a --from-literal=x=y -n nowhere')).err,
      /namespaces "nowhere" not found/,
    );
    assert.match((await refused('scale deployment web --replicas=-1')).err, /./);
    assert.match((await refused(`patch deployment web -p '{"spec":{"replicas":"many"}}'`)).err, /./);
  });

  test('delete', async () => {
    await says('delete deployment web', /deleted/);
    await says('delete configmap,secret --all -n shop', /./);
    await says('delete namespace shop --timeout=25s', /deleted/);
    assert.match((await refused('get namespace shop')).err, /not found/);
    await says('get pods -l app=web --no-headers --ignore-not-found', /^(web-\S+ .*\n)*$/);
  });
});
