import { playSample } from './chaos-sample';

playSample('instances');
