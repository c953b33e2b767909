using System.Data.Common;

namespace LockNGen.Storage;

/// <summary>The database was lost during a commit: the changes may have been written or not.</summary>
internal sealed class UncertainCommitException(DbException inner) : DbException("The database was lost during a commit: " + inner.Message, inner);
