// The cluster operator's resource, as far as it is used here; nobody publishes types of it.
import type { Affinity, ResourceRequirements } from "kubernetes-types/core/v1";
import type { ObjectMeta } from "kubernetes-types/meta/v1";

export interface RabbitmqCluster {
    apiVersion: "rabbitmq.com/v1beta1";
    kind: "RabbitmqCluster";
    metadata: ObjectMeta;
    spec: {
        replicas: number;
        image?: string;
        terminationGracePeriodSeconds?: number;
        persistence?: { storageClassName?: string; storage?: string };
        resources?: ResourceRequirements;
        affinity?: Affinity;
        rabbitmq?: { additionalPlugins?: string[]; additionalConfig?: string; advancedConfig?: string; envConfig?: string };
        tls?: { secretName?: string; caSecretName?: string; disableNonTLSListeners?: boolean };
    };
}
