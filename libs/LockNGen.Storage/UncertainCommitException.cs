using System.Data.Common;

namespace LockNGen.Storage;

/// <summary>The database was lost while it committed: what was to be written may be there, or not.</summary>
internal sealed class UncertainCommitException(DbException inner) : DbException("The database was lost during a commit: " + inner.Message, inner);
