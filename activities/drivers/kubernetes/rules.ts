import type { Rule } from '../rule';

/** By the status, reason and message of an answer, or the name and code of a request's error. What asks again in vain is permanent. */
export const KUBERNETES: Rule[] = [
  {
    says: /^401\b/,
    kind: 'unauthorised',
    retry: false,
    next: 'Give the worker a login that the cluster accepts: its kubeconfig, token or certificate may have expired',
  },
  {
    says: /^403 .*exceeded quota/,
    kind: 'quota',
    retry: false,
    next: "Raise the namespace's ResourceQuota, or ask for less",
  },
  {
    says: /^403 .*because it is being terminated/,
    kind: 'namespace-ending',
    retry: false,
    next: 'Somebody deleted the namespace. Wait until it is gone, and create it again',
  },
  {
    says: /^403\b/,
    kind: 'forbidden',
    retry: false,
    next: "Give the worker's account this right in a Role of the namespace",
  },
  { says: /^404\b/, kind: 'not-found', retry: false, next: 'Check whether somebody deleted it' },
  {
    says: /^409\b/,
    kind: 'conflict',
    retry: false,
    next: 'Somebody else has changed or owns it. Let one of the two do that',
  },
  { says: /^422\b/, kind: 'invalid', retry: false, next: 'The cluster does not accept this object' },
  { says: /^429\b/, kind: 'rate-limited', retry: true, next: 'The API server limits requests' },
  { says: /^(408|410)\b/, kind: 'timeout', retry: true, next: 'Check that the API server is not overloaded' },
  {
    says: /^5\d\d\b.*\bwebhook\b/,
    kind: 'webhook',
    retry: true,
    next: 'An admission webhook of the cluster fails. If this persists, look at the program behind it',
  },
  {
    // The API server answers 500 where 400 would be right.
    says: /^500\b.*failed to create typed patch object/,
    kind: 'invalid',
    retry: false,
    next: 'The cluster does not know this field. Check its version: windlass check',
  },
  { says: /^5\d\d\b/, kind: 'cluster-error', retry: true, next: "If this persists, read the API server's log" },
  { says: /^[34]\d\d\b/, kind: 'refused', retry: false, next: 'Expected the API of Kubernetes at this address' },
  { says: /^TimeoutError/, kind: 'timeout', retry: true, next: 'Check that it is running and not overloaded' },
  {
    says: /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/,
    kind: 'untrusted-cluster',
    retry: false,
    next: "Put the authority of the cluster's certificate into the kubeconfig: certificate-authority-data",
  },
  { says: /EPROTO|ERR_SSL/, kind: 'untrusted-cluster', retry: false, next: 'Expected an API server that speaks TLS' },
  {
    says: /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ERR_STREAM|socket/i,
    kind: 'unreachable',
    retry: true,
    next: 'Check that it is running and the worker can reach it',
  },
];
