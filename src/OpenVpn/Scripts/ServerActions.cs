// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.ControlChannel;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Changes what clients are pushed from the next time on; null: as at the start.</summary>
internal sealed record EditPushAction(PushEdit? Edit) : ServerAction
{
    /// <summary>A rule that fires for every client must not fill the memory.</summary>
    private const int MaximumEdits = 1000;

    protected override void Apply(ActionScope scope)
    {
        var edits = scope.Context.PushEdits;
        if (Edit is null)
        {
            edits.Clear();
        }
        else if (edits.Count < MaximumEdits)
        {
            edits.Add(Edit);
        }
    }
}

/// <summary>Pushes nothing from now on, or again.</summary>
internal sealed record WithholdPushAction(bool IsWithheld) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.WithholdsPush = IsWithheld;
}

/// <summary>Leaves a client's wish for new keys unanswered, or answers it again.</summary>
internal sealed record AnswerRenegotiationAction(bool IsRefused) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.RefusesRenegotiation = IsRefused;
}

/// <summary>Gives every client another address the next time.</summary>
internal sealed record OtherAddressAction : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Pool.Renumber();
}

/// <summary>Shows a certificate that no client trusts, or the right one again.</summary>
internal sealed record CertificateAction(bool IsForeign) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Target.ShowCertificate(IsForeign);
}

/// <summary>Stops listening.</summary>
internal sealed record CloseAction : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Target.Close();
}

/// <summary>Listens again, at another address if one is given.</summary>
internal sealed record ReopenAction(IPAddress? Address) : ScriptAction
{
    public override bool Execute(ActionScope scope) => scope.Target.Reopen(Address);
}

/// <summary>Pings after another time of silence; null: never.</summary>
internal sealed record KeepaliveAction(TimeSpan? Interval) : ServerAction
{
    protected override void Apply(ActionScope scope)
    {
        scope.Context.PingInterval = Interval;
        scope.Context.Agenda.Schedule(scope.Context.Agenda.Now);
    }
}
