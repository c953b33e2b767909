namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>The points of a run at which it can be held, each right after the event of that name was sent.</summary>
internal enum HoldStage
{
    /// <summary>The prompt is next and nothing runs, but the worker has not taken it yet: it is unloading models, or collecting garbage.</summary>
    Waiting,

    /// <summary>The prompt has left the queue; nothing has run.</summary>
    ExecutionStart,

    /// <summary>A node starts.</summary>
    Executing,

    /// <summary>A node has reported a step.</summary>
    Progress,

    /// <summary>An output node has reported its files.</summary>
    Executed,

    /// <summary>All nodes are done; the history has no entry yet.</summary>
    ExecutionSuccess,

    /// <summary>The history has an entry; the last <c>executing</c> has not been sent.</summary>
    HistoryWritten,
}
