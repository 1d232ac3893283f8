import { playSample } from './sample';

playSample('quick');
