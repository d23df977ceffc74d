import { seededRandom } from '../../common/base/random.ts';
import { createPolicy } from '../../server/service/policies/create-policy.ts';
import { POLICY_NAMES } from '../../server/service/service-view.ts';
import { balancerPolicyContract } from './balancer-policy.contract.ts';

for (const name of POLICY_NAMES) balancerPolicyContract(name, () => createPolicy(name, seededRandom(7)));
