/** Builds Kubernetes for the tests, and waits for it: `node dist/parts/kubernetes/build.js`. */
import { inOneLine } from '../find/missing';
import { buildKubernetesProgram } from './program';

buildKubernetesProgram().then(
  ({ program }) => console.log(program),
  (error: unknown) => {
    console.error(`kubernetes: ${inOneLine(error)}`);
    process.exitCode = 1;
  },
);
