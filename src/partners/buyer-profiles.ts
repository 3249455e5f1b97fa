// The buyer profiles the hub ships.
import type { BuyerProfile, ProfileOverrides } from './buyer-profile.ts'

export type ProfileName = 'generic' | 'ariba' | 'coupa' | 'jaggaer' | 'oracle' | 'sap-srm'

export declare const buyerProfiles: Readonly<Record<ProfileName, BuyerProfile>>
/** The profile of that name (generic where there is none) with a partner's overrides laid over it. */
export declare function profileWith(name: string, overrides?: ProfileOverrides): BuyerProfile
