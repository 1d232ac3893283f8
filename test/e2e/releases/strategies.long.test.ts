import { strategiesUnderLoad } from './under-load';

strategiesUnderLoad(['rolling'], 'rolling');
