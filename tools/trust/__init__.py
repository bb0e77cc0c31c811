"""What makes a change trustworthy: policy, signed approvals, the plan store, the audit chain."""
