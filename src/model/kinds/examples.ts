/** One document of each own kind that shows most of what it can say; the reference prints it, a test compiles it. */
export const examples: Readonly<Record<string, string>> = {
  Scenario: `apiVersion: sim.devops/v1alpha1
kind: Scenario
metadata:
  name: summer-sale
spec:
  description: The first hour of a sale, on the fleet of an ordinary day.
  duration: 1h
  warmup: 2m
  seed: 42
  startsAt: "2026-07-01T09:00:00+02:00"
  zones: [a, b, c]
  network:
    sameZone: 250us
    crossZone: {lognormal: {p50: 600us, p99: 2ms}}
  objectives:
    - name: availability
      indicator: availability
      on: {traffic: visitors}
      target: 99.9%
      timeWindow: 30d
    - name: fast-checkout
      indicator: latency
      on: {service: web, endpoint: POST /checkout}
      target: 99%
      latency: 300ms
  thresholds:
    http_req_duration{traffic:visitors}:
      - p(95)<500
      - {threshold: p(99)<5000, abortOnFail: true}
  commands:
    - at: 10m
      scale: {service: web, replicas: 8}
  prices: {currency: EUR, perCoreHour: 0.04, perGibHour: 0.005}
  annotations:
    - {at: 5m, until: 20m, label: newsletter}
  variants:
    - name: large
      description: Twice the web tier.
      set:
        deployment/web.spec.replicas: 8
        scenario.spec.commands: []
`,
  ServiceModel: `apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata:
  name: web
spec:
  for: {service: web}
  runtime: {model: eventLoop}
  queue: {capacity: 511, discipline: fifo}
  shedding: {maxInFlight: 200, maxQueueDelay: 2s}
  rateLimit: {rate: 500/s, burst: 100}
  cancellation: disconnect
  startup: 8s
  startupCores: 0.9
  shutdown: graceful
  memory: {base: 120Mi, perRequest: 256Ki, leakPerHour: 10Mi}
  releases:
    - {image: "*:2.1", errorRate: 4%, cpu: 1.5}
    - {image: "*:2.2", startup: 40s, crashAfter: 10m, memory: {leakPerHour: 2Gi}}
  pools:
    - {name: database, size: 10, maxWaiting: 100, maxWait: 1s}
  defaults:
    calls:
      timeout: 1s
      deadline: propagate
      balancer: leastRequest
  endpoints:
    - name: GET /
      errorRate: 0.01%
      steps:
        - cpu: {lognormal: {mean: 4ms, cv: 0.5}}
        - parallel:
            - call: catalog/GET /products
              retries:
                max: 2
                backoff: {initial: 50ms, multiplier: 2, max: 1s}
                jitter: full
                budget: {ratio: 10%, burst: 10}
                on: [timeout, unavailable]
              hedge: {after: 80ms, max: 1}
            - call: catalog/GET /recommendations
              optional: true
              timeout: 150ms
              breaker: {errorRatio: 50%, minRequests: 20, window: 10s, open: 5s}
        - cpu: 2ms
    - name: POST /checkout
      steps:
        - cpu: {lognormal: {p50: 6ms, p99: 30ms}}
        - call: database/insert
          pool: database
          repeat: 3
        - probability: 5%
          steps:
            - wait: {exponential: 120ms}
            - cpu: 1ms
`,
  Topology: `apiVersion: sim.devops/v1alpha1
kind: Topology
metadata:
  name: cluster
spec:
  region: eu-central-1
  nodePools:
    - name: general
      instanceType: m6i.xlarge
      zones: [a, b, c]
      count: 6
      reserved: {cores: 80m, memory: 700Mi}
      autoscaling: {min: 3, max: 12}
      provisioning: {p50: 75s, p99: 4m}
      pricePerHour: 0.23
    - name: batch
      cores: 16
      memory: 64Gi
      resources: {nvidia.com/gpu: 1}
      maxPods: 30
      count: 0
      labels: {workload: batch}
      taints:
        - {key: workload, value: batch, effect: NoSchedule}
      autoscaling: {max: 4}
      stock: 2
  controlPlane:
    scheduler: {qps: 100, burst: 200}
    horizontalPodAutoscaler: {sync: 15s, tolerance: 10%}
    clusterAutoscaler: {expander: least-waste, unneeded: 5m}
    proxySync: 1s
  images: {shop/web:2.1: 180M}
`,
  Traffic: `apiVersion: sim.devops/v1alpha1
kind: Traffic
metadata:
  name: visitors
spec:
  target: {service: web}
  requests:
    - {name: browse, endpoint: GET /, weight: 9}
    - {name: buy, endpoint: POST /checkout, weight: 1}
  client:
    timeout: 5s
    latency: {lognormal: {p50: 20ms, p99: 150ms}}
    retries: {max: 1}
  keys: {count: 100000, skew: 1.1}
  open:
    startRate: 50/s
    stages:
      - {duration: 10m, target: 200/s}
      - {duration: 40m, target: 200/s}
      - {duration: 10m, target: 50/s}
    arrivals: poisson
`,
};
