import { playSample } from './chaos-sample';

playSample('registry');
