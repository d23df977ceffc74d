import { runApplication } from './app/application.ts';

runApplication();
