import { playSample } from './sample';

playSample('instances');
