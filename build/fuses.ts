/** Electron's fuses: what the packaged program can't be made to do any more, whatever it is started with. */
import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';
import type { AfterPackContext } from 'electron-builder';

export const FUSES = {
  // With it, anybody could run their own script under the program's name and signature.
  [FuseV1Options.RunAsNode]: false,
  // NODE_OPTIONS could load code into it.
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  // A debugger could read messages.
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // The session has no cookies; should it ever have one, it is not to lie about in the clear.
  [FuseV1Options.EnableCookieEncryption]: true,
  // A changed archive does not start (macOS and Windows).
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  // A folder beside the archive is not loaded instead of it.
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // Memory of WebAssembly is guarded by the processor, as it always was.
  [FuseV1Options.WasmTrapHandlers]: true,
  // file:// is used by nothing.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
} as const;

/** On Linux, as electron-builder.yml has it. */
const EXECUTABLE = 'moderato';

export async function flipOwnFuses({ appOutDir, electronPlatformName, packager }: AfterPackContext): Promise<void> {
  const name = packager.appInfo.productFilename;
  const file = { darwin: `${name}.app`, win32: `${name}.exe` }[electronPlatformName] ?? EXECUTABLE;
  const executable = join(appOutDir, file);
  const signed = { resetAdHocDarwinSignature: electronPlatformName === 'darwin' } as const;
  if (packager.config.electronDist === undefined) {
    await flipFuses(executable, { version: FuseVersion.V1, strictlyRequireAllFuses: true, ...signed, ...FUSES });
    return;
  }
  // An older runtime, with which the package is tested, has not got all of them.
  const known = await getCurrentFuseWire(executable);
  const own = Object.entries(FUSES).filter(([fuse]) => fuse in known);
  await flipFuses(executable, { version: FuseVersion.V1, ...signed, ...Object.fromEntries(own) });
}
