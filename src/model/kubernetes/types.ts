/**
 * The fields that the rules look at. Everything is optional: what has the wrong type has been reported and taken
 * out before a rule sees the document.
 */
export type Labels = Readonly<Record<string, string>>;
export type IntOrString = number | string;
export type QuantityText = number | string;

export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly values?: readonly string[];
  }[];
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly protocol?: string;
}

export interface Probe {
  readonly exec?: unknown;
  readonly grpc?: { readonly port?: number };
  readonly httpGet?: { readonly port?: IntOrString; readonly scheme?: string };
  readonly tcpSocket?: { readonly port?: IntOrString };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly ports?: readonly ContainerPort[];
  readonly env?: readonly {
    readonly name?: string;
    readonly value?: string;
    readonly valueFrom?: Readonly<Record<string, unknown>>;
  }[];
  readonly resources?: {
    readonly limits?: Readonly<Record<string, QuantityText>>;
    readonly requests?: Readonly<Record<string, QuantityText>>;
  };
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly volumeMounts?: readonly { readonly name?: string; readonly mountPath?: string }[];
}

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name?: string }[];
  readonly restartPolicy?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly topologySpreadConstraints?: readonly {
    readonly maxSkew?: number;
    readonly whenUnsatisfiable?: string;
  }[];
}

export interface PodTemplate {
  readonly metadata?: Metadata;
  readonly spec?: PodSpec;
}

export interface Pod {
  readonly spec?: PodSpec;
}

export interface Job {
  readonly spec?: {
    readonly parallelism?: number;
    readonly completions?: number;
    readonly backoffLimit?: number;
    readonly activeDeadlineSeconds?: number;
    readonly template?: PodTemplate;
  };
}

export interface CronJob {
  readonly spec?: {
    readonly concurrencyPolicy?: string;
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
    readonly jobTemplate?: { readonly spec?: Job['spec'] };
  };
}

export interface ReplicationController {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: Labels;
    readonly template?: PodTemplate;
  };
}

/** Templates that an analysis of a rollout uses. */
export interface RolloutAnalysis {
  readonly templates?: readonly { readonly templateName?: string; readonly clusterScope?: boolean }[];
}

export interface Rollout {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
    readonly workloadRef?: { readonly kind?: string; readonly name?: string };
    readonly strategy?: {
      readonly canary?: {
        readonly stableService?: string;
        readonly canaryService?: string;
        readonly maxSurge?: IntOrString;
        readonly maxUnavailable?: IntOrString;
        readonly analysis?: RolloutAnalysis;
        readonly steps?: readonly { readonly setWeight?: number; readonly analysis?: RolloutAnalysis }[];
      };
      readonly blueGreen?: {
        readonly activeService?: string;
        readonly previewService?: string;
        readonly prePromotionAnalysis?: RolloutAnalysis;
        readonly postPromotionAnalysis?: RolloutAnalysis;
      };
    };
  };
}

export interface Workload {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly progressDeadlineSeconds?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
    readonly strategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxSurge?: IntOrString; readonly maxUnavailable?: IntOrString };
    };
    readonly podManagementPolicy?: string;
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: IntOrString };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata?: Metadata }[];
  };
}

export interface Service {
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly externalName?: string;
    readonly sessionAffinity?: string;
    readonly selector?: Labels;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port?: number;
      readonly targetPort?: IntOrString;
      readonly nodePort?: number;
      readonly protocol?: string;
    }[];
  };
}

export interface IngressBackend {
  readonly resource?: unknown;
  readonly service?: {
    readonly name?: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
}

export interface Ingress {
  readonly spec?: {
    readonly defaultBackend?: IngressBackend;
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: {
        readonly paths?: readonly {
          readonly path?: string;
          readonly pathType?: string;
          readonly backend?: IngressBackend;
        }[];
      };
    }[];
  };
}

export interface MetricTarget {
  readonly type?: string;
  readonly averageUtilization?: number;
  readonly averageValue?: QuantityText;
  readonly value?: QuantityText;
}

export interface ScalingRules {
  readonly selectPolicy?: string;
  readonly stabilizationWindowSeconds?: number;
  readonly policies?: readonly {
    readonly type?: string;
    readonly value?: number;
    readonly periodSeconds?: number;
  }[];
}

export interface Autoscaler {
  readonly spec?: {
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly targetCPUUtilizationPercentage?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
    readonly metrics?: readonly (Readonly<
      Partial<
        Record<'resource' | 'containerResource' | 'pods' | 'object' | 'external', { target?: MetricTarget }>
      >
    > & { readonly type?: string })[];
    readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules };
  };
}

export interface DisruptionBudget {
  readonly spec?: {
    readonly minAvailable?: IntOrString;
    readonly maxUnavailable?: IntOrString;
    readonly unhealthyPodEvictionPolicy?: string;
    readonly selector?: LabelSelector;
  };
}

export interface ConfigMap {
  readonly data?: Labels;
  readonly binaryData?: Labels;
}
