export { installPortable, type Runtime } from './install.ts';
export { hasNativeBinary, type NativeModule } from './native-module.ts';
export { HiddenMemberError } from './hidden-member-error.ts';
