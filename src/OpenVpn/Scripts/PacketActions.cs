// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Drops packets from now on, for every client.</summary>
internal sealed record DropAction(PacketDirections Directions, PacketKinds Kinds, int Above) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.Drop(Directions, Kinds, Above);
}

/// <summary>Ends drops.</summary>
internal sealed record PassAction(PacketDirections Directions, PacketKinds Kinds) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.Pass(Directions, Kinds);
}

/// <summary>Flips a bit in the next packets to clients.</summary>
internal sealed record CorruptAction(int Packets) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.Corrupt = Packets;
}

/// <summary>Sends the next packets to clients twice.</summary>
internal sealed record ReplayAction(int Packets) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.Replay = Packets;
}

/// <summary>Sends the next packets to clients under a key id that they do not have.</summary>
internal sealed record WrongKeyAction(int Packets) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.WrongKey = Packets;
}

/// <summary>Drops everything, both ways, once so many bytes of IP packets passed; 0: now.</summary>
internal sealed record BlackholeAction(long Bytes) : ServerAction
{
    protected override void Apply(ActionScope scope)
    {
        if (Bytes > 0)
        {
            scope.Context.Faults.BlackholeAfter(Bytes);
        }
        else
        {
            scope.Context.Faults.Drop(PacketDirections.Both, PacketKinds.All, above: 0);
        }
    }
}

/// <summary>Acknowledges nothing on the control channel.</summary>
internal sealed record StopAcknowledgementsAction : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.WithholdsAcknowledgements = true;
}

/// <summary>Stops each handshake's answers after so many packets.</summary>
internal sealed record StallTlsAction(int Packets) : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.StallAfter = Packets;
}

/// <summary>Ends every fault that is done to packets.</summary>
internal sealed record HealAction : ServerAction
{
    protected override void Apply(ActionScope scope) => scope.Context.Faults.Clear();
}
