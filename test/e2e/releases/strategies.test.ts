import { strategiesUnderLoad } from './under-load';

strategiesUnderLoad(['blue-green', 'rolling', 'canary'], 'canary');
